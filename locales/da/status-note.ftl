note-title = Statusnotat { $period }
note-subtitle = Perioden { $period }, sammenlignet med { $compare }
note-read = Tallene er hentet { $time }.
note-missing = ikke opgjort
note-broken = databrud
note-about = ca.
note-more-than = mere end
note-and = { $first } og { $last }
note-sum = I alt
note-period = Periode: { $period }
note-compared = Opgjort { $later } og sammenlignet med { $earlier }
note-nearest = De tal, der ligger nærmest { $later } og { $earlier }
note-section-main = Hovedresultater
note-section-published = Udgivelser og podcasts i perioden
note-section-projects = Projekter i gang
note-section-media = Omtale i medier
note-section-conferences = Konferencer, oplæg og møder
note-section-channels = Webstedet og de øvrige kanaler
note-section-site = Besøg på webstedet
note-section-newsletter = Nyhedsbrevet
note-section-social = Sociale medier
note-section-courses = E-kurser
note-section-podcasts = Podcasts
note-section-other = Andre tal
note-section-improved = Det har vi forbedret i perioden
note-section-focus = Fokus i det kommende år
note-section-plans = Planer for sociale medier
note-subscribers = Abonnenter på nyhedsbrevet
note-subscribers-change = Ændring i antallet af abonnenter
note-subscribers-percent = Ændring i antallet af abonnenter, i procent
note-subscribers-days = Dage mellem de to opgørelser
note-unit-subscribers = abonnenter
note-unit-days = dage
note-unit-issues = udgaver
note-unit-recipients = modtagere
note-unit-pieces = stk.
note-newsletter-growth = Nyhedsbrevet havde { $later } abonnenter den { $on } mod { $earlier } den { $before }. Det er en ændring på { $change } ({ $percent }) over { $days } dage.{ $note }
note-newsletter-alone = Nyhedsbrevet havde { $later } abonnenter den { $on }. Antallet den { $before } er { $earlier }.{ $note }
note-newsletter-unknown = Antallet af abonnenter den { $on } er { $later }.{ $note }
note-newsletter-table = Abonnenter på nyhedsbrevet
note-newsletter-definition = Personer, hvis abonnement er aktivt eller sat på pause, når dagen er omme. Hver person tælles én gang.
note-newsletter-limits = Tallet viser, hvor mange der abonnerer, ikke hvor mange der læser med.
note-newsletter-stated = Tallet for { $day } er oplyst ({ $source }) og ikke talt i registret.
note-newsletter-nobody = Antallet den { $day } er ikke opgjort.
note-source-register = Registret over abonnenter
note-source-archive = Arkivet over udgaver
note-months = Tilgang og afgang måned for måned
note-months-caption = Måned for måned, fra { $first } abonnenter den { $before }
note-months-definition = Tilgang er dem, der er kommet til ved tilmelding eller import. Afgang er dem, hvis abonnement er ophørt, uanset årsagen. Antallet er ved periodens udgang.
note-months-limits = Den, der kommer og går inden for samme måned, tæller med begge steder.
note-chart-title = Abonnenter ved månedens udgang
note-chart-alt = Søjlediagram over antallet af abonnenter ved månedens udgang, fra { $first } den { $before } til { $last } den { $on }. Tallene står i tabellen nedenfor.
note-issues = Udgaver
note-issues-counted = I perioden { $period } udkom der { $ordinary } og { $special }.{ $note }
note-issues-special-only = Fra perioden { $period } ligger der { $special } i arkivet. Antallet af almindelige udgaver er { $ordinary }.{ $note }
note-ordinary-count = { $count ->
    [one] { $shown } almindelig udgave
   *[other] { $shown } almindelige udgaver
  }
note-special-count = { $count ->
    [one] { $shown } særnummer
   *[other] { $shown } særnumre
  }
note-ordinary-issues = Almindelige udgaver
note-special-issues = Særnumre
note-issues-caption = Udgaver i perioden
note-issues-definition = Udgaver, der er offentlige i arkivet. Modtagere er dem, der skulle have udgaven, da udsendelsen begyndte; taget imod er de mails, som modtagernes mailservere har taget imod.
note-issues-limits = Udgaver, der er lagt i arkivet uden at være sendt herfra, har ingen tal for modtagere. Mails kan komme retur, efter at de er taget imod.
note-kind-ordinary = Almindelig
note-kind-special = Særnummer
note-column-newsletter = Nyhedsbrev
note-column-change = Ændring
note-column-percent = I procent
note-column-days = Dage
note-column-month = Måned
note-column-came = Tilgang
note-column-left = Afgang
note-column-count = Ved udgangen
note-column-issue = Udgave
note-column-day = Dato
note-column-kind = Slags
note-column-audience = Modtagere
note-column-accepted = Taget imod
note-column-figure = Tal
note-column-before = Før
note-column-now = Nu
note-column-group = For hvem
note-column-title = Titel
note-column-sort = Slags
note-column-medium = Medie
note-column-place = Sted
note-figure-change = { $kind }: ændring
note-figure-percent = { $kind }: ændring i procent
note-figure-undefined = Tallet er indtastet fra kilden; der er ikke oplyst mere om, hvordan det er talt.
note-limit-more-than = Det nøjagtige tal er højere og er ikke oplyst. Derfor kan ændringen ikke opgøres.
note-limit-uneven = De to perioder er ikke lige lange.
note-limit-missing = Der er intet tal at sammenligne med.
note-limit-social = Den samme person kan følge flere steder. Derfor lægges tallene ikke sammen.
note-channel-site = Besøg på webstedet
note-channel-social = Følgere på sociale medier
note-channel-courses = Tilmeldte til e-kurser
note-channel-podcasts = Afspilninger af podcasts
note-channel-other = Andre tal
note-table-site = Besøg på webstedet
note-table-social = Følgere på sociale medier
note-table-courses = Tilmeldte til e-kurser
note-table-podcasts = Afspilninger af podcasts
note-table-other = Andre tal
note-break-unit = { $kind }: databrud. Tallet for { $before } er opgjort som »{ $old }«, tallet for { $now } som »{ $new }«. De kan ikke sammenlignes.
note-break-said = { $kind }: databrud mellem { $before } og { $now }. { $why }
note-break-span = { $kind }: databrud. Det ene tal er for en dag, det andet for en periode. De kan ikke sammenlignes.
note-told-growth = { $kind }: { $later } { $unit } ({ $on }) mod { $earlier } ({ $before }), en ændring på { $change } ({ $percent }).{ $note }
note-told-broken = { $kind }: { $later } { $unit } ({ $on }). Der er databrud, så tallet kan ikke sammenlignes med { $earlier } ({ $before }).{ $note }
note-told-open = { $kind }: { $later } { $unit } ({ $on }) mod { $earlier } ({ $before }).{ $note }
note-told-alone = { $kind }: { $later } { $unit } ({ $on }). Tallet året før er { $earlier }.{ $note }
note-fact-growth = { $change } ({ $percent }) på { $days } dage
note-fact-since = { $change } ({ $percent }) siden { $before }
note-fact-broken = { $day }. Databrud siden { $before }
note-fact-day = { $day }
note-published = I perioden er der udkommet { $all }.{ $note }
note-publications = Udgivelser
note-podcasts = Podcasts
note-articles = Artikler
note-ecourses = E-kurser
note-tools = Værktøjer
note-publications-count = { $count ->
    [one] { $shown } udgivelse
   *[other] { $shown } udgivelser
  }
note-podcasts-count = { $count ->
    [one] { $shown } podcast
   *[other] { $shown } podcasts
  }
note-articles-count = { $count ->
    [one] { $shown } artikel
   *[other] { $shown } artikler
  }
note-ecourses-count = { $count ->
    [one] { $shown } e-kursus
   *[other] { $shown } e-kurser
  }
note-tools-count = { $count ->
    [one] { $shown } værktøj
   *[other] { $shown } værktøjer
  }
note-numbered = Nr. { $number }: { $title }
note-library-title = Udgivelser, podcasts og artikler
note-library-definition = Det, der ligger i biblioteket og er dateret i perioden. Det, der kun er dateret til måneden eller året, er med, når en del af det ligger i perioden.
note-library-limits = Det, der ikke er lagt i biblioteket eller ikke har nogen dato, er ikke med.
note-library-source = Biblioteket
note-projects = Projekter i gang
note-projects-count = { $count ->
    [one] { $shown } projekt er i gang.
   *[other] { $shown } projekter er i gang.
  }{ $note }
note-projects-caption = Projekter efter den gruppe, de er for
note-projects-title = Projekter i gang
note-projects-definition = Projekter i biblioteket, der er begyndt før periodens udgang, og som ikke er afsluttet før den begynder.
note-projects-limits = Et projekt uden datoer regnes for at være i gang, indtil det arkiveres.
note-projects-source = Biblioteket
note-group-1 = Væksthus 1: topledere
note-group-2 = Væksthus 2: chefer
note-group-3 = Væksthus 3: ledere
note-group-none = Alle ledere
note-group-several = Væksthus { $groups }
note-media = Omtale
note-media-count = { $count ->
    [one] Der er { $shown } omtale i perioden.
   *[other] Der er { $shown } omtaler i perioden.
  }{ $note }
note-media-caption = Omtale
note-advert = Annoncer
note-advert-count = { $count ->
    [one] Der er { $shown } annonce i perioden.
   *[other] Der er { $shown } annoncer i perioden.
  }{ $note }
note-advert-caption = Annoncer
note-conference = Konferencer og oplæg
note-conference-count = { $count ->
    [one] Der er { $shown } konference eller oplæg i perioden.
   *[other] Der er { $shown } konferencer og oplæg i perioden.
  }{ $note }
note-conference-caption = Konferencer og oplæg
note-meeting = Møder
note-meeting-count = { $count ->
    [one] Der er { $shown } møde i perioden.
   *[other] Der er { $shown } møder i perioden.
  }{ $note }
note-meeting-caption = Møder
note-activities-title = Aktiviteter
note-activities-definition = Det, der er indtastet som omtale, annoncer, konferencer og møder, og som kan have ligget i perioden.
note-activities-limits = Kun det, nogen har indtastet, er med. Det, der kun er kendt til måneden eller året, er med, når en del af det ligger i perioden.
note-activities-source = Indtastet af redaktionen
note-definitions = Sådan er tallene gjort op
note-definitions-lead = Tallet i hævet skrift henviser til opgørelsen her. Alle tal kan hentes som CSV, hvert med sin dag, sin kilde og et link til det, der er talt.
note-definition = Sådan er det talt
note-limits = Forbehold
note-source = Kilde
note-see-rows = Se tallene bag
note-reference = Note { $number }
note-page = Side { $page } af { $of }
note-csv-section = afsnit
note-csv-key = nøgle
note-csv-label = tal
note-csv-value = værdi
note-csv-shown = vist
note-csv-unit = enhed
note-csv-first = første dag
note-csv-last = dag
note-csv-definition = sådan er det talt
note-csv-limits = forbehold
note-csv-source = kilde
note-csv-rows = rækker
error-note-order = Periodens første dag skal ligge før dens sidste.
error-note-too-many-years = Perioden må højst vare tre år. Vælg en kortere.
error-note-compare = Sammenlign med en dag, der ligger før periodens sidste.
error-note-period = Skriv alle tre dage, eller lad alle tre være tomme.
error-note-stale = En anden har gemt teksterne imens. Det, du skrev, står her endnu. Åbn notatet i en ny fane og se, hvad der er ændret, før du gemmer igen.
notes-title = Statusnotater
notes-lead = Årets tal og årets arbejde samlet til bestyrelsen. Tallene bliver fyldt ind; redaktionen skriver ordene omkring dem.
notes-empty = Der er intet statusnotat endnu. Vælg en periode herunder.
notes-empty-reader = Der er intet færdigt statusnotat endnu. Det kommer her, når redaktionen har frosset den første version.
notes-lead-reader = Årets tal og årets arbejde, som redaktionen har gjort dem færdige. Tal og ord i en version ændrer sig ikke.
notes-all = Notater
notes-compared = sammenlignet med { $day }
notes-begin = Begynd et notat
notes-begin-hint = Findes der allerede et notat for de samme dage, bliver det åbnet.
notes-newsletter = Nyhedsbrev
notes-from = Første dag
notes-to = Sidste dag
notes-compare = Sammenlign med
notes-frozen = Version { $number }, frosset { $when }. Tal og ord står, som de var da.
notes-see-now = Se notatet med de nyeste tal
notes-broken = Indholdet svarer ikke til det, der blev frosset. Brug en anden version, og spørg den, der driver systemet.
notes-draft = Kladde. Tallene hentes på ny, hver gang siden åbnes. Frys notatet, når det sendes til bestyrelsen.
notes-words = Skriv teksterne
notes-words-lead = Skriv det, tallene ikke siger selv. En tom linje begynder et nyt afsnit; en linje, der begynder med en bindestreg, bliver et punkt. Et afsnit uden ord og tal kommer ikke med.
notes-text = Tekst
notes-own-period = Afsnittets egen periode
notes-own-period-hint = Tomme felter betyder notatets periode: { $period }, sammenlignet med { $compare }.
notes-freeze = Frys en version
notes-file-html = Hent HTML til print
notes-file-pdf = Hent PDF
notes-file-docx = Hent Word
notes-file-csv = Hent alle tal (CSV)
notes-versions = { $count ->
    [one] 1 frosset version
   *[other] { $count } frosne versioner
  }
notes-version = Version { $number }, { $when }
notes-now = notatet, som det er nu
notes-differs = forskelle fra version { $number }
notes-differs-now = forskelle fra version { $number } til nu
notes-difference = Forskelle mellem to versioner
notes-difference-of = Fra { $old } til { $new }.
notes-no-difference = De to versioner siger det samme.
notes-numbers = Tal
done-note-frozen = Versionen er frosset.
note-issues-missing = Antallet af udgaver i perioden { $period } er { $ordinary }.{ $note }
note-newsletter-running = Perioden er ikke slut endnu. Tallet er opgjort { $day }.
note-issues-before = Fra før { $day }, da nyhedsbrevet begyndte at udkomme herfra, tæller kun de udgaver med, som er lagt i arkivet.
note-rounded = { $label } (afrundet til nærmeste { $to })
note-column-project = Projekt
notes-named = Tal, du kan nævne i teksten
notes-named-hint = Skriv tallet, som det står her i klammer, så bliver det fyldt ind og følger med, når det ændrer sig. Med en tilde bliver det afrundet: {"{"}newsletter.later~500{"}"} bliver til nærmeste 500.
notes-named-so = Skriv
error-note-number = Notatet har ikke noget tal, der hedder »{ $name }«. Se listen over tal, du kan nævne.
