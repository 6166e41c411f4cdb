# Udgaver: lister, redigering, forhåndsvisning, planlægning og arkiv.
issue-untitled = Uden emne
issue-new = Ny udgave
issue-duplicate = Kopiér
issue-changed = Rettet { $when }
issue-kind-ordinary = Almindelig udgave
issue-kind-special = Særnummer
issue-state-draft = Kladde
issue-state-in_review = Til godkendelse
issue-state-approved = Godkendt
issue-state-scheduled = Planlagt
issue-state-preparing = Forberedes
issue-state-sending = Udsendes
issue-state-paused = På pause
issue-state-sent = Udsendt
issue-state-cancelled = Annulleret
done-copied = Kopien er klar. Originalen er ikke ændret.

list-kind = Type
list-state = Status
list-when = Dato
list-owner = Oprettet af
list-actions = Handlinger
list-all-kinds = Alle typer
list-all-states = Alle tilstande
list-state-open = Under arbejde
list-state-under-way = Planlagt eller på vej
list-state-done = Udsendt eller annulleret
list-show = Vis
list-pages = Sider
list-older = Ældre udgaver
list-empty = Her er ingen udgaver. Begynd med en ny udgave, eller vælg noget andet ovenfor.

new-no-newsletter = Der er ikke noget nyhedsbrev endnu. Bed en administrator om at oprette det under Indstillinger.
new-newsletter = Nyhedsbrev
new-about-ordinary = Nyt fra biblioteket: artikler, udgivelser, podcasts, arrangementer og e-kurser.
new-about-special = Ét tema, med egen farve, billede og indledning.
new-copy = Eller begynd med en kopi

composer-unsaved = Ikke gemt endnu
composer-saving = Gemmer …
composer-failed = Kunne ikke gemme. Vi prøver igen om lidt; luk ikke siden.
composer-too-large = Ikke gemt: Det fylder mere, end en udgave kan rumme (1 MB). Fjern det, du sidst har sat ind.
composer-invalid = Ikke gemt: noget skal rettes
composer-conflict = Ikke gemt: en anden har gemt i mellemtiden
composer-compare = Sammenlign de to versioner
composer-saved = Gemt { $hour }.{ $minute }
composer-preview = Forhåndsvis
composer-next = Tjek før udsendelse
composer-errors-title = Udgaven er ikke gemt. Ret dette:
composer-check-title = Før udgaven kan udsendes, mangler:
composer-project-removed = »{ $title }« er fjernet fra listen.
composer-removed = { $title ->
    [empty] Blokken er fjernet.
   *[other] »{ $title }« er fjernet.
  }
composer-undo = Fortryd
composer-envelope = Emne og forhåndstekst
composer-no-subject = Uden emne
composer-theme = Tema
composer-blocks = Indhold
composer-empty = Udgaven er tom. Tilføj den første blok herunder, eller hent den fra biblioteket.
composer-view = Sådan ser mailen ud
composer-size = { $size } af 100 kB
counter-subject = Tegn (helst højst 60):
counter-preheader = Tegn (helst højst 90):

block-kind-heading = Overskrift
block-kind-text = Tekst
block-kind-article = Artikel
block-kind-publication = Udgivelse
block-kind-podcast = Podcast
block-kind-event = Arrangement
block-kind-ecourse = E-kursus
block-kind-quote = Citat
block-kind-image = Billede
block-kind-button = Knap
block-kind-project_list = Projektliste
block-kind-divider = Skillelinje
block-about-heading = Deler udgaven op
block-about-text = Afsnit, lister og links
block-about-article = Titel, omtale og link
block-about-publication = Til læsning og download
block-about-podcast = Serie, nummer og længde
block-about-event = Dato, sted og tilmelding
block-about-ecourse = Omtale og varighed
block-about-quote = Ord, der står alene
block-about-image = Med billedtekst
block-about-button = Ét tydeligt link
block-about-project_list = Ordnet efter ledergruppe
block-about-divider = Luft mellem to emner
block-incomplete = Ufærdig
block-drag = Træk for at flytte
block-tools = Blok { $number }: { $kind }
block-up = Flyt op
block-down = Flyt ned
block-duplicate = Kopiér
block-remove = Fjern
block-add = Tilføj blok
block-from-library = Hent fra biblioteket
block-add-first = Tilføj øverst
block-add-behind = Tilføj her, efter blok { $number }: { $kind }
block-about-library = Det, der allerede er samlet
add-filter = Find en bloktype
add-first = Enter indsætter »{ $kind }«.
add-none = Ingen bloktype passer til »{ $typed }«.
outline-tools = Alle blokke
outline-fold = Fold alle sammen
outline-unfold = Fold alle ud
outline-undo = Fortryd
outline-redo = Gentag
outline-undone = Den seneste ændring af blokkene er fortrudt.
outline-redone = Ændringen af blokkene er gentaget.
outline-nothing = Der er ikke flere ændringer af blokkene.
block-divider-hint = En skillelinje har ikke noget at udfylde.
project-number = Projekt { $number }
project-add = Tilføj projekt
project-remove = Fjern projekt { $number }

keys-title = Genveje på tastaturet
keys-add = tilføj en blok
keys-move = flyt den blok, du står i
keys-save = gem
keys-text = fed, kursiv og link i tekst
keys-help = vis genvejene
keys-fold = fold blokken ud eller sammen, når du står på dens linje
keys-undo = fortryd den seneste ændring af blokkene: tilføjet, flyttet, kopieret, skjult eller fjernet (i et felt: det, du har skrevet)
keys-redo = gentag det, du fortrød
keys-close = luk menuen
keys-single = Brug genvejene / og ?
keys-single-hint = Slå dem fra, hvis du dikterer til computeren eller let kommer til at ramme en tast. Denne browser husker dit valg.
keys-done = Luk

field-subject = Emne
hint-subject = Det vigtigste først. {"{{"}navn|leder{"}}"} bliver til modtagerens navn, eller til »leder«, når vi ikke kender det.
field-preheader = Forhåndstekst
hint-preheader = Vises efter emnet i indbakken.
field-title = Titel
field-teaser = Omtale
field-url = Link
field-link_text = Tekst på linket
hint-link_text = Lad feltet være tomt, så står der det sædvanlige, for eksempel »Læs artiklen«.
field-image-url = Billedets adresse
hint-image-url = Lad feltet være tomt, hvis der ikke skal være et billede.
field-image-alt = Billedbeskrivelse
hint-image-alt = Hvad viser billedet? Læses op for dem, der ikke kan se det.
field-image-decorative = Billedet er kun pynt og skal ikke læses op
field-groups = Ledergrupper
field-library_item = Fra biblioteket
field-edition = Udgave
hint-edition = For eksempel »2017« eller »32 sider«.
field-series = Serie
field-number = Nummer
field-duration = Varighed
hint-duration = For eksempel »28 min.«.
hint-ecourse-duration = For eksempel »5 moduler à 20 min.«.
field-date = Hvornår
hint-date = For eksempel »Torsdag den 5. oktober 2017 kl. 9.30«.
field-place = Hvor
field-text = Tekst
field-heading-text = Overskrift
field-button-text = Teksten på knappen
field-level = Niveau
level-2 = Overskrift
level-3 = Underoverskrift
field-body = Tekst
hint-markup = **fed**, *kursiv*, [link](https://…), »- « eller »1. « foran et punkt. Tom linje giver nyt afsnit.
hint-teaser = Et par linjer, der giver lyst til at læse videre.
field-quote = Citat
hint-quote = Uden citationstegn.
field-source = Hvem siger det
field-role = Titel og arbejdssted
field-caption = Billedtekst
field-intro = Indledning
field-projects = Projekter
field-colour = Farve
hint-colour = Teksten ovenpå bliver automatisk hvid eller sort, så den kan læses.
field-theme-title = Temaets titel
field-project_list-title = Overskrift over listen
field-project_list-intro = Indledning til listen
hint-project_list-intro = Kan være tom.
field-project-title = Projekt
readers-1 = Topledere
readers-2 = Chefer
readers-3 = Ledere

conflict-title = I har rettet i udgaven samtidig
conflict-lead = { $who } gemte { $when }, efter at du åbnede siden. Her er det, I har skrevet forskelligt. Intet er gået tabt.
conflict-mine = Din version
conflict-theirs = { $who }
conflict-absent = Findes ikke i denne version
conflict-order = Rækkefølgen
conflict-same = De to versioner er ens. Du kan roligt gemme.
conflict-keep-mine = Gem min version ovenpå
conflict-take-theirs = Behold versionen fra { $who }
conflict-hint = Begge versioner bliver liggende i udgavens historik, hvis du gemmer din ovenpå.

preview-title = Forhåndsvisning
preview-back = Tilbage til redigering
preview-views = Vælg visning
preview-view-desktop = Computer
preview-view-phone = Telefon
preview-view-dark = Mørk
preview-view-text = Ren tekst
preview-view-web = Webudgave
preview-about-desktop = Præcis den mail, der udsendes, i et bredt mailprogram.
preview-about-phone = Den samme mail på en telefon, 375 pixel bred.
preview-about-dark = Den samme mail i et mailprogram med mørk baggrund.
preview-about-text = Den del, der vises i mailprogrammer uden HTML.
preview-about-web = Udgaven, som den kommer til at stå i arkivet.
test-title = Send en test
test-hint = Den samme mail, som modtagerne får, med »[Test]« foran emnet. Den tælles ikke med nogen steder.
test-to = Anden adresse
test-send = Send test

error-issue-locked = Udgaven er planlagt eller udsendt og kan ikke rettes. Er den kun planlagt, så tag den tilbage under »Planlæg og udsend«. Ellers lav en kopi.
error-theme-ordinary = En almindelig udgave har ikke et tema. Vælg særnummer, eller fjern temaet.

schedule-title = Planlæg og udsend
schedule-what = Hvad sker der?
schedule-words-open = Udgaven skal ud til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }«. Den sendes fra { $sender }, når du har valgt et tidspunkt.
schedule-words-planned = Udsendes til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }« { $when } ({ $zone }).
schedule-words-begun = Udsendelsen til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }« begyndte { $when } ({ $zone }).
schedule-words-history = Udgaven er hentet ind i arkivet som historie og står under { $day }. Den er ikke sendt herfra og har ingen tal.
schedule-approved-by = Godkendt af { $who }
schedule-report = Resultat
schedule-views = Se på telefon, i mørke og som ren tekst
schedule-errors = Ret dette først
schedule-audience-hint = Det er dem, der abonnerer lige nu og gerne vil have denne slags udgaver. Tallet gøres op igen, når udsendelsen begynder.
schedule-follow = Følg udsendelsen
schedule-stops = Udgaven kan ikke sendes, før dette er på plads
schedule-warnings = Se på dette, før udgaven sendes
schedule-warnings-hint = Ret det, eller sæt kryds ved det, du har set og vil sende alligevel. Krydset gælder kun, til der rettes i udgaven.
schedule-warning-seen = Jeg har set det
schedule-warning-seen-by = Set af { $who } den { $when }
schedule-hints = Kunne gøres bedre
schedule-warnings-unseen = Sæt kryds ved det, du har set, eller ret det.
schedule-review = Godkendelse
schedule-review-hint = En anden end den, der har skrevet, skal godkende. Rettes der bagefter, skal den godkendes igen.
schedule-submit = Send til godkendelse
schedule-approve = Godkend
schedule-waiting = Udgaven venter på, at en kollega godkender den.
schedule-plan = Hvornår skal den sendes?
schedule-at = Dag og klokkeslæt
schedule-zone = Tidszone: { $zone }.
schedule-offset = UTC{ $offset }
schedule-button = Planlæg udsendelsen …
schedule-now = Udsend nu …
schedule-back = Tag den tilbage
schedule-back-hint = Udgaven bliver en kladde igen og sendes ikke.
schedule-back-button = Gør til kladde igen
done-scheduled = Udgaven er planlagt.
done-sending = Udgaven sendes om lidt.
done-submitted = Udgaven venter på godkendelse.
done-approved = Udgaven er godkendt.
done-unscheduled = Udgaven er en kladde igen.
done-tested = Testen er sendt. Se i indbakken.
error-time-unreadable = Vælg både dag og klokkeslæt.
error-time-twice = Den nat stilles uret tilbage, så tidspunktet kommer to gange. Vælg, hvilken af dem du mener.
error-issue-fixed = Det er valgt, da udgaven blev oprettet, og kan ikke ændres. Udelad feltet, eller skriv { $value }.
error-time-offset = Den dag er uret { $offset } foran UTC, så tidspunktet passer ikke. Udelad offset, eller skriv det, der gælder.
error-time-skipped = Den nat stilles uret frem, så tidspunktet findes ikke. Vælg for eksempel kl. { $hour }.{ $minute }.
error-time-past = Tidspunktet er passeret. Vælg et senere.
error-issue-begun = Udsendelsen er begyndt. Sæt den på pause eller annullér den på siden Udsendelse.
error-approval-missing = Udgaven skal godkendes af en kollega, før den kan planlægges.
error-approval-second = En anden end den, der har skrevet, skal godkende. En API-nøgle kan ikke.
error-test-refused = Adressen tog ikke imod testen. Kontrollér den, og prøv igen.

pick-title = Hent fra biblioteket
pick-close = Luk
pick-search = Søg
pick-empty = Der er ikke noget, der passer. Prøv med færre ord, eller føj det til biblioteket først.
pick-outdated = Vis også udløbne
pick-paste = Hent og indsæt
pick-paste-hint = Står den ikke i biblioteket, henter vi siden, gemmer den der og sætter den ind i udgaven.
pick-insert = Indsæt

desk-hello = Goddag { $name }
desk-next = Næste udsendelse
desk-next-none = Der er ikke planlagt noget.
desk-in-now = Lige om lidt
desk-in-minutes = { $number ->
    [one] Om 1 minut
   *[other] Om { $number } minutter
  }
desk-in-hours = { $number ->
    [one] Om 1 time
   *[other] Om { $number } timer
  }
desk-in-days = { $number ->
    [one] Om 1 dag
   *[other] Om { $number } dage
  }
desk-drafts = Kladder
desk-drafts-none = Ingen kladder.
desk-all = Alle udgaver
desk-last = Seneste udsendelse
desk-audience = Modtagere
desk-accepted = Modtaget af modtagerens mailserver
desk-failed = Afvist
desk-skipped = Sprunget over
desk-waiting = På vej
desk-paused = »{ $issue }« er sat på pause.
desk-review = »{ $issue }« venter på dig.
desk-see = Se hvorfor, og hvad der kan gøres
desk-open = Læs og godkend
desk-requests = { $count ->
    [one] Én, hvis adresse er spærret, har bedt om noget og venter på jer.
   *[other] { $count }, hvis adresser er spærret, har bedt om noget og venter på jer.
  }
desk-held = { $count ->
    [one] Bekræftelser af tilmeldinger er holdt tilbage siden { $since }, fordi næsten ingen bekræfter. Én mail venter.
   *[other] Bekræftelser af tilmeldinger er holdt tilbage siden { $since }, fordi næsten ingen bekræfter. { $number } mails venter.
  }
desk-held-see = Se og beslut
desk-idle = { $count ->
    [one] Én person har sagt ja til { $newsletter } for mere end ti måneder siden og har ikke fået en udgave siden.
   *[other] { $number } personer har sagt ja til { $newsletter } for mere end ti måneder siden og har ikke fået en udgave siden.
    }
desk-idle-what = Et samtykke, der ikke bliver brugt i omkring et år, kan falde bort. Send en udgave, inden året er gået, eller spørg dem igen.
desk-incomplete = Bunden af »{ $newsletter }« mangler afsender, postadresse eller kontakt. Det kræver loven.
desk-nothing = Her kommer den næste udsendelse og tallene fra den seneste, når redaktionen er i gang.
desk-start = Sådan kommer du i gang
desk-start-library = Føj noget til biblioteket
desk-start-library-about = Artikler, udgivelser og podcasts, som du kan hente ind i en udgave.
desk-start-issue = Skriv den første udgave
desk-start-issue-about = Almindelig eller særnummer. Du ser mailen ved siden af, mens du skriver.
desk-start-send = Send en prøve til dig selv, og planlæg
desk-start-send-about = Intet udsendes, før du har tjekket det og valgt et tidspunkt.
error-approval-outdated = Noget omkring udgaven er ændret, siden den blev godkendt, for eksempel bunden af mailen. Den skal godkendes igen.
error-schedule-too-slow = Med de grænser, der er sat for mailserveren, kan udgaven ikke nå ud inden for { $hours } timer. Bed den, der driver systemet, om at hæve grænserne, eller send til færre.
schedule-forecast-end = Med de grænser, der er sat for mailserveren, tager udsendelsen omkring { $duration } og er færdig omkring { $time }.
schedule-forecast = Med de grænser, der er sat for mailserveren, tager udsendelsen omkring { $duration }.
preflight-title = Tjek før udsendelse
preflight-nothing = Der er intet at rette.
preflight-stopped = Udgaven kan ikke sendes, før det, der er mærket »Stop«, er rettet.
preflight-may-go = Udgaven kan sendes. Se på dette først.
preflight-unread = Tjekket venter, til felterne med fejl er rettet.
preflight-level-stop = Stop
preflight-level-warn = Advarsel
preflight-level-hint = Tip

# Tekst med fed, kursiv, links og lister
rich-tools = Formatering: { $field }
rich-bold = Fed
rich-bold-letter = F
rich-italic = Kursiv
rich-italic-letter = K
rich-link = Link
rich-bullets = Punktliste
rich-numbers = Nummerliste
rich-name = Navn
rich-name-title = Modtagerens navn
rich-name-shown = Navn (ellers { $fallback })
rich-name-fallback = Ord, når vi ikke kender navnet
rich-name-hint = Hver modtager ser sit eget navn. De andre ser det ord, du skriver her.
rich-fallback = leder
rich-wrong-fallback = Skriv det ord, der skal stå, når vi ikke kender navnet.
rich-address = Adresse
rich-address-hint = En webadresse eller en mailadresse.
rich-wrong-address = Adressen kan ikke bruges. Skriv hele adressen, for eksempel https://lederweb.dk, eller en mailadresse.
rich-words = Linkets tekst
rich-words-hint = Sig, hvor linket fører hen, i stedet for »klik her«.
rich-insert = Indsæt
rich-cancel = Annuller
rich-unlink = Fjern linket
rich-too-long = Ikke indsat: Teksten ville blive på { $length } tegn, og et felt kan have { $limit }. Del den i flere blokke.
rich-too-large = Ikke indsat: Det kopierede er for stort. Kopiér teksten i mindre dele.
rich-only-text = Kun teksten er indsat, for det kopierede var for stort til at få formateringen med.
rich-pictures = Billeder kom ikke med. Tilføj dem som en blok af typen Billede.
block-changed = Kilden er ændret
block-changed-about = Det, der står i biblioteket, er rettet, siden det blev sat ind her. Intet er ændret i udgaven.
block-update = Hent det nye
block-keep = Behold
block-also = Også om emnet
block-also-insert = Indsæt »{ $title }«
composer-updated = »{ $title }« er hentet igen fra biblioteket.
