report-title = Rapport
report-imported = Udgaven er lagt i arkivet som historie. Den er ikke sendt herfra, så der er ingen tal.
report-not-sent = Udgaven er ikke sendt endnu. Når den er på vej, kommer tallene her.
report-sent = Udsendelsen begyndte { $time }.
report-delivery = Levering
report-audience = Modtagere
report-accepted = Taget imod
report-delivered = Leveret
report-bounced = Kom retur
report-failed = Afvist
report-refused = Afvist endeligt af modtagerens mailserver
report-complained = Klager over spam
report-lost = Afmeldinger, afvisninger og klager
report-skipped = Ikke sendt
report-open = Mangler endnu
report-unsubscribed = Afmeldinger
report-adds-up = Regnestykket går op: modtagere = taget imod + afvist + ikke sendt.
report-adds-up-later = Regnestykket går op, når alle har fået et svar.
report-does-not-add-up = Regnestykket går ikke op.
report-provisional = Leveret er foreløbigt indtil { $time }: breve kan stadig komme retur.
report-skipped-why = Hvorfor ikke sendt
report-skip-unsubscribed = Har afmeldt sig
report-skip-paused = Har sat nyhedsbrevet på pause
report-skip-suppressed = Adressen er spærret
report-skip-scope = Ønsker kun andre udgaver
report-skip-erased = Er slettet
report-skip-cancelled = Udgaven blev afbrudt
report-reading = Billedhentninger og klik
report-off = Der er hverken målt billedhentninger eller klik i udgaven.
report-human = Mennesker
report-unknown = Uvist
report-machine = Maskiner
report-all = I alt
report-interval = Mennesker, mindst–højst
report-loads = Billedhentninger
report-clicks = Klik
report-loads-words = En billedhentning er ikke en læser: nogle henter billedet flere gange, andre aldrig. Derfor vises der ingen åbningsrate.
report-people = De læsere, der har sagt ja til at blive målt
report-consenting = Har sagt ja
report-people-lead = { $consenting ->
    [one] 1 modtager har sagt ja til at blive målt og fik udgaven ({ $share } af dem, den er leveret til). Om de øvrige ved vi ikke, hvem der læste den.
   *[other] { $consenting } modtagere har sagt ja til at blive målt og fik udgaven ({ $share } af dem, den er leveret til). Om de øvrige ved vi ikke, hvem der læste den.
  }
report-people-opened = Har åbnet
report-people-clicked = Har klikket
report-people-number = Personer, mindst–højst
report-people-share = Andel af dem
report-people-machine = Kun maskiner
report-people-suspected = Mistænkt for at være maskiner
report-people-suspected-words = { $people ->
    [one] 1 person har kun klikket hurtigere, end mennesker gør. Det kan være en maskine, og personen er talt med blandt de uvisse.
   *[other] { $people } personer har kun klikket hurtigere, end mennesker gør. Det kan være maskiner, og de er talt med blandt de uvisse.
  }
report-people-forgotten = Oplysninger om, hvad læsere med samtykke gjorde, er slettet, fordi de kun gemmes i en periode. Tallene for hele udgaven er her stadig.
report-people-withdrawn = { $people ->
    [one] 1 har trukket sit samtykke tilbage eller er slettet siden og er ikke talt med.
   *[other] { $people } har trukket deres samtykke tilbage eller er slettet siden og er ikke talt med.
  }
report-people-few = Færre end 5 modtagere har sagt ja til at blive målt. Tal om så få ville handle om enkelte personer og vises derfor ikke.
report-by-leadership_group = Efter ledelsesniveau
report-by-sector = Efter sektor
report-by-domain = Efter domæne
report-by-rest = De øvrige tilsammen
report-by-not-stated = Ikke oplyst
report-people-words = Tallene gælder kun dem, der har sagt ja. De kan ikke overføres til de øvrige modtagere. Gem ikke rapporter fra flere dage: trækker en enkelt sit samtykke imens, kan forskellen vise, hvad den person gjorde.
report-links = Klik i udgaven
report-blocks = Klik på hver blok
report-map = Klik tegnet ind i udgaven
report-map-words = Udgaven, som den blev sendt. Ved hvert link står, hvor mange gange mennesker har klikket på det, mindst–højst; fører flere steder i en blok til det samme, står tallet ved det første. Billeder og links kan ikke åbnes herfra.
report-map-clicks = { $clicks } klik
report-each-link = Vis klik på hvert link
report-no-links = Udgaven har ingen links, der tælles.
report-block = Blok
report-address = Adresse
report-intro = Indledningen
report-hours = De første 72 timer
report-hour = { $day } kl. { $hour }
report-chart-loads = Billedhentninger time for time
report-chart-clicks = Klik time for time
report-chart-description = { $all } i alt; flest i timen fra { $when }. Tallene står i tabellen nedenfor.
report-chart-nothing = Der er ikke talt noget endnu.
report-hours-table = Vis tallene som tabel
report-domains = Modtagernes domæner
report-domain = Domæne
report-compare = Sammenlignet med de fem foregående
report-no-compare = Der er ikke sendt en udgave herfra før denne.
report-compare-words = Billedhentninger og klik er menneskers, mindst–højst.
report-issue = Udgave
report-this = denne
report-special = Særnummer
report-csv = Hent tallene som CSV
report-csv-part = Del
report-csv-of = Hvad
report-csv-measure = Måltal
report-csv-number = Antal
report-verdicts-link = Sådan skelner vi mellem mennesker og maskiner
report-when = Sendt
report-clicks-interval = Klik af mennesker, mindst–højst
report-definitions = Sådan er tallene talt
report-definition-delivered = Breve, som modtagerens mailserver har taget imod, uden dem, der kom retur. Foreløbigt i 7 dage.
report-definition-bounced = Ikke opgjort: breve, der kommer retur efter at være taget imod, læses ikke endnu. Leveret er derfor et højeste tal.
report-definition-failed = Breve, som modtagerens mailserver har afvist endeligt.
report-definition-complained = Ikke opgjort: klager, som postudbydere melder tilbage, læses ikke endnu.
report-definition-skipped = Modtagere, der var med, da udsendelsen begyndte, men ikke skulle have brevet, da det blev deres tur.
report-definition-unsubscribed = Modtagere, der har afmeldt sig, efter at de fik udgaven: inden for 7 dage og før den næste udgave. Tallet skrives ned, når ugen er gået; den, der inden da er slettet eller har tilmeldt sig igen, er ikke med.
report-definition-loads = Hver gang et usynligt billede i udgaven hentes. Billedet er det samme for alle, der ikke har sagt ja til at blive målt.
report-definition-clicks = Hver gang nogen eller noget følger et link i udgaven. Links i den rene tekstudgave tælles ikke.
report-definition-human = Intet taler imod et menneske. Postudbyderes mellemled, der henter billedet, når læseren ser brevet, er regnet med her.
report-definition-machine = Scannere, søgemaskiner og programmer, der siger, hvad de er, eller som kun henter headeroplysninger.
report-definition-unknown = Det kan ikke afgøres, for eksempel når Apple Mail henter billedet, før læseren ser det.
report-definition-interval = Fra dem, der ser ud til at være mennesker, til dem og de uvisse tilsammen.
figures-title = Tal fra andre kanaler
figures-lead = Besøgende, følgere, e-kurser og podcasts: tal, der er indtastet med dato og kilde.
figures-empty = Der er ingen tal endnu. Indtast det første herunder.
figure-enter = Indtast et tal
figure-enter-hint = Et tal bliver ikke overskrevet. Indtast det igen med samme navn og dag; så vises det gamle som rettet.
figure-kind = Hvad er talt?
figure-kind-hint = Brug samme ord hver gang, for eksempel "Følgere på Facebook"; så kan tallene sammenlignes.
figure-value = Tal
figure-value-hint = Et helt tal, for eksempel 27.699.
figure-qualifier = Hvor præcist?
figure-qualifier-exact = præcis
figure-qualifier-about = cirka
figure-qualifier-more_than = mere end
figure-unit = Enhed
figure-unit-hint = For eksempel "følgere" eller "besøg om måneden".
figure-period_start = Periodens første dag
figure-period_start-hint = Lad feltet være tomt, hvis tallet gælder en enkelt dag.
figure-day = Dag
figure-day-hint = Den dag, tallet gælder, eller periodens sidste dag.
figure-definition = Sådan er det talt
figure-definition-hint = Kun hvis det skal forklares, for eksempel at en anden måling er brugt.
figure-source = Kilde
figure-source-hint = For eksempel "statusnotat 2017" eller navnet på et system.
figure-corrected = rettet
figure-change = Ændring
figure-no-comparison = ikke opgjort
figure-broken = databrud
figure-channel = Hvor hører tallet til?
figure-channel-site = Webstedet
figure-channel-social = Sociale medier
figure-channel-courses = E-kurser
figure-channel-podcasts = Podcasts
figure-channel-other = Andet
figure-series_break = Databrud
figure-series_break-hint = Skriv, hvad der er ændret, hvis tallet ikke kan sammenlignes med de tidligere, for eksempel "Ny måling fra juni 2017". Lad ellers feltet være tomt.
figure-taken-back = trukket tilbage
figure-take-back = Træk tilbage
done-figure-taken-back = Tallet er trukket tilbage. Rækken står der stadig; indtast tallet igen, hvis det alligevel gælder.
error-figure-not-newest = Tallet er allerede rettet eller trukket tilbage. Åbn siden igen, og se det, der gælder nu.
figures-import-title = Hent tal fra et regneark
figures-import-lead = Hver linje bliver bedømt, før noget gemmes. Et tal, der findes med en anden værdi for samme dag, bliver rettet; det gamle bliver stående.
figures-import-hint = Kopiér dem fra regnearket med overskrifter. Kolonnerne er { $columns }; de fem første skal være der. De danske navne, for eksempel »tal for«, »dag«, »værdi«, »enhed« og »kilde«, kendes også. Komma, semikolon og tabulator kan skille dem ad.
figures-import-take = { $count ->
    [one] Hent 1 tal
   *[other] Hent { $count } tal
  }
figures-import-done = { $count ->
    [one] 1 tal er hentet
   *[other] { $count } tal er hentet
  }
figures-import-verdicts = { $count ->
    [one] 1 linje
   *[other] { $count } linjer
  }, hvoraf { $taken } kan bruges
figures-import-see = Se tallene
figures-import-new = Nyt tal
figures-import-correction = Retter et tal
figures-import-known = Findes allerede
figures-import-wrong = Kan ikke bruges
error-figures-unreadable = Linjerne kan ikke læses som en tabel. Tjek, at alle anførselstegn er lukket.
error-figures-column = Der mangler en kolonne med overskriften { $column }. Tilføj den i første linje.
error-figures-many = Der må højst være { $most } linjer ad gangen. Del dem op.
error-figure-value = Skriv et helt tal, for eksempel 27.699.
error-figure-day = Skriv dagen som 2017-11-01.
error-figure-period = Perioden skal begynde før dens sidste dag.
item-report-issue = Udgave
item-report-when = Sendt
item-report-all = { $count ->
    [one] I alt i én udgave
   *[other] I alt i { $count } udgaver
  }
item-report-not-sent = Ikke sendt endnu
item-report-imported = Lagt i arkivet som historie, uden tal
item-report-off = Der blev ikke målt klik i udgaven
item-report-words = Tallene er klik fra alle adresser, også dem, der er skiftet ud siden. Det er klik og ikke personer: den samme læser kan klikke flere gange.
item-report-consent = Hvor mange forskellige læsere, der klikkede, kendes kun for dem, der har sagt ja til at blive målt. Det står i udgavens rapport.
item-report-no-clicks = Der er ikke målt klik i nogen af udgaverne, så der er ingen tal.
item-report-addresses = Klik på hver adresse
figure-entered = (indtastet { $when } af { $who })
