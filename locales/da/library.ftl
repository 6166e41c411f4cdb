library-title = Bibliotek
library-new = Tilføj til biblioteket
library-search = Søg i titel, resumé, serie, sted og emneord
library-search-button = Søg
library-kind = Type
library-all-kinds = Alle typer
library-kind-article = Artikel
library-kind-publication = Udgivelse
library-kind-podcast = Podcast
library-kind-event = Arrangement
library-kind-ecourse = E-kursus
library-kind-tool = Værktøj
library-kind-project = Projekt
library-kind-image = Billede
library-only-pictures = Ingen artikler, udgivelser eller andet passer, men det gør billederne herunder.
library-all-pictures = Se alle billeder, der passer
library-show-archived = Vis også det, der er lagt væk
library-empty = Biblioteket er tomt. Indsæt adressen på den første artikel, udgivelse eller podcast herover; så kan den vælges, når du skriver en udgave.
library-nothing-found = Vi fandt ikke noget. Prøv med færre ord, en anden type eller et andet sprog.
library-field-title = Titel
library-summary = Resumé
library-summary-hint = En til tre sætninger. De foreslås som tekst, når du vælger den til en udgave.
library-addresses = Adresser
library-addresses-hint = Én på hver linje. Den første er den, der linkes til. De andre kender vi igen som det samme.
library-date = Dato
library-date-hint = Skriv så meget, du ved: 2017-08-25, 2017-08 eller 2017.
library-series = Serie
library-series-hint = For eksempel podcastens navn.
library-number = Nummer i serien
library-groups = Hvem er det for?
library-group-1 = Væksthus 1: topledere
library-group-2 = Væksthus 2: chefer, der leder ledere
library-group-3 = Væksthus 3: ledere
library-place = Sted
library-place-hint = Kun for arrangementer.
library-image = Billede
library-image-hint = Vælg et billede, eller skriv en adresse, der begynder med https://.
library-valid-until = Gælder til og med
library-valid-until-hint = For eksempel 2017-10-31. Lad feltet være tomt, hvis det altid gælder.
library-language = Sprog
library-all-languages = Alle sprog
library-language-da = Dansk
library-language-en = Engelsk
library-used-in = Brugt i
library-not-used = Ingen udgave linker til den endnu.
library-issues = Udgaver, der linker til den
library-archived = Lagt væk
library-outdated = Udløbet
library-archive = Læg væk
library-archive-hint = Den foreslås ikke længere til nye udgaver. Udgaver, der er sendt, bliver ved med at linke til den. Du kan altid tage den frem igen.
library-restore = Tag frem igen
library-pages = Sider
library-previous = Forrige side
library-next = Næste side
done-library-archived = Lagt væk. Du kan tage den frem igen nederst på siden.
done-library-restored = Taget frem igen.
error-library-date = Skriv datoen som 2017-08-25, 2017-08 eller 2017.
error-library-day = Skriv dagen som 2017-10-31.
error-library-number = Nummeret skal være et helt tal fra 1 og op.
error-library-image = Adressen på billedet skal begynde med https://. Ret den, eller vælg et billede.
error-library-address = »{ $address }« er ikke en webadresse. Den skal begynde med https:// eller http://.
error-library-address-twice = »{ $address }« står der to gange.
error-library-address-taken = »{ $address }« hører allerede til »{ $title }«.
library-paste = Indsæt en adresse
library-paste-hint = Kopiér adressen på en artikel, en podcast eller et arrangement, og sæt den ind her. Så henter vi titel, resumé, billede og dato fra siden.
library-paste-button = Hent siden
library-proposed = Tjek felterne, og gem
library-proposed-text = Felterne er udfyldt med det, siden selv fortæller. Intet er gemt endnu.
done-library-known = Adressen findes allerede i biblioteket. Her er den.
error-fetch-address = Det er ikke en webadresse, vi kan hente. Kopiér adressen fra browserens adresselinje; den begynder med https://.
error-fetch-credentials = Adressen indeholder et brugernavn. Fjern det, der står før @, og prøv igen.
error-fetch-port = Vi henter kun sider på de almindelige porte. Fjern kolon og tal efter navnet, eller bed den, der driver tjenesten, om at tilføje navnet under FETCH_ALLOW.
error-fetch-inside = Adressen fører til et lukket netværk, og derfra henter vi ikke. Brug den offentlige adresse, eller bed den, der driver tjenesten, om at tilføje navnet under FETCH_ALLOW.
error-fetch-unreachable = Vi kunne ikke få forbindelse til siden. Det betyder ikke, at den er væk: Tjek, at adressen er skrevet rigtigt, og prøv igen om lidt. Du kan også udfylde felterne selv.
error-fetch-slow = Siden svarede ikke inden for ti sekunder. Prøv igen om lidt, eller udfyld felterne selv.
error-fetch-large = Siden fylder mere end 2 MB, og så læser vi den ikke. Udfyld felterne selv.
error-fetch-kind = På adressen ligger ikke en webside, men en fil ({ $kind }). Indsæt adressen på den side, der omtaler filen, eller udfyld felterne selv.
error-fetch-gone = Siden findes ikke (404). Tjek adressen, eller find siden igen på webstedet.
error-fetch-closed = Siden kræver, at man er logget ind, eller vil ikke læses af et program. Læserne kan måske godt åbne den; udfyld felterne selv.
error-fetch-status = Webstedet svarede med fejl { $status }. Siden er ikke nødvendigvis væk: Prøv igen om lidt, eller udfyld felterne selv.
error-fetch-redirects = Adressen sender videre i ring. Åbn den i browseren, og kopiér den adresse, du ender på.
error-fetch-untitled = Siden fortæller ikke, hvad den hedder. Tilføj den i biblioteket med en titel, og vælg den her bagefter.
library-only-new = Kun nyt fra feeds
library-is-new = Ny
library-from-feed = Hentet fra feedet »{ $name }«.
feeds-title = Feeds
feeds-lead = Følg et websteds feed (RSS, Atom eller JSON Feed). Nye indlæg lægges i biblioteket og mærkes »Ny«, indtil nogen har set på dem.
feeds-url = Feedets adresse
feeds-url-hint = Du kan også indsætte adressen på forsiden; så finder vi feedet, hvis siden nævner det.
feeds-name = Navn
feeds-kind = Indlæg bliver til
feeds-preview = Se indholdet
feeds-add = Tilføj feedet
feeds-found = Feedet har { $count ->
    [one] ét indlæg
   *[other] { $count } indlæg
  }
feeds-found-nothing = Der er ingen indlæg endnu. Du kan godt tilføje feedet; vi læser det hver sjette time.
feeds-found-hint = De nyeste vises her. Når du tilføjer feedet, lægges højst 200 indlæg i biblioteket; dem, der allerede står der, røres ikke.
feeds-empty = I følger ingen feeds endnu. Indsæt adressen på det første herover.
feeds-items = I biblioteket
feeds-last = Læst senest
feeds-paused = På pause
feeds-read = Hent nu
feeds-pause = Sæt på pause
feeds-resume = Genoptag
feeds-remove = Fjern
feeds-remove-one = Fjern »{ $name }«
feeds-remove-hint = Feedet læses ikke mere. Det, der er hentet, bliver i biblioteket.
done-feed-added = Feedet er tilføjet og læst.
done-feed-read = Feedet er læst.
done-feed-failed = Feedet kunne ikke læses denne gang. Grunden står ved feedet.
done-feed-paused = Feedet er sat på pause.
done-feed-resumed = Feedet læses igen.
done-feed-removed = Feedet er fjernet. Det, der er hentet, er stadig i biblioteket.
error-feed-none = Vi fandt intet feed på adressen. Kig efter et link med navnet RSS eller Feed på webstedet, og kopiér dets adresse.
error-feed-known = Feedet er allerede tilføjet. Du finder det i listen.
error-feed-entities = Feedet indeholder egne forkortelser (ENTITY), som kan vokse uden grænse, og læses derfor ikke. Bed webstedet om et almindeligt feed.
error-feed-nested = Feedet er indlejret dybere, end et feed til læsere er, og læses ikke. Bed webstedet om et almindeligt feed.
error-feed-many = Feedet har flere indlæg, end vi læser (5.000). Bed webstedet om et feed med de nyeste.
library-tag = Emneord
library-all-tags = Alle emneord
library-tags = Emneord
library-tags-hint = Adskil dem med komma. Man kan søge på dem.
library-tags-known = Brugt før:
library-outdated-text = Den er udløbet og foreslås derfor ikke til nye udgaver. Ret »Gælder til og med«, hvis den stadig kan bruges.
library-addresses-use = Adressernes brug
library-address-linked = Den, der linkes til
library-address-issues = { $count ->
    [0] ingen udgaver linker til den
    [one] én udgave linker til den
   *[other] { $count } udgaver linker til den
  }
library-address-gone = Siden findes ikke (svarer { $status })
library-related = Hører sammen med
library-related-none = Den er ikke knyttet til andet i biblioteket. Knyt for eksempel en artikel til den udgivelse, den handler om.
library-related-about = Handler om
library-related-by = Omtales i
library-about = Handler om
library-about-hint = Skriv adressen eller den fulde titel på noget, der står i biblioteket.
library-about-add = Knyt sammen
library-unrelate = Fjern
library-unrelate-one = Fjern tilknytningen til »{ $title }«
done-library-related = Knyttet sammen. Når den ene sættes ind i en udgave, foreslås den anden.
done-library-unrelated = Tilknytningen er fjernet.
error-library-about-none = Vi fandt den ikke i biblioteket. Tilføj den først, eller tjek adressen eller titlen.
error-library-about-many = Flere i biblioteket har den titel. Skriv adressen i stedet.
error-library-about-itself = Den kan ikke handle om sig selv. Skriv adressen eller titlen på en anden.
error-library-tags-many = Der er plads til { $most } emneord. Fjern nogle af dem.
error-library-tag-long = Emneordet »{ $tag }« er for langt. Et emneord må højst fylde { $most } tegn.
move-title = Flyt adresser
move-lead = Brug den, når et websted har fået nye adresser. De gamle adresser bliver stående på det samme i biblioteket, så klik stadig tælles sammen.
move-old = Adresser, der begynder med
move-old-hint = For eksempel http://lederweb.dk/artikel
move-new = skal begynde med
move-new-hint = For eksempel https://www.lederweb.dk/viden
move-map = Eller en liste over omstillinger
move-map-hint = Én på hver linje: den gamle adresse, komma eller semikolon, den nye. Så bruges felterne herover ikke.
move-preview = Se, hvad der ændres
move-change-rule = Ret reglen
move-plan = { $count ->
    [0] Intet ændres
    [one] Ét sted i biblioteket får ny adresse
   *[other] { $count } steder i biblioteket får ny adresse
  }
move-plan-nothing = Ingen adresser passer til reglen. Tjek, at den begynder præcis som i biblioteket, med http:// eller https://.
move-plan-table = Adresser, der ændres
move-plan-more = … og { $count } til.
move-plan-taken = { $count ->
    [one] Én ny adresse hører allerede til noget andet i biblioteket. Den ændres ikke:
   *[other] { $count } nye adresser hører allerede til noget andet i biblioteket. De ændres ikke:
  }
move-plan-unknown = { $count ->
    [one] Én adresse på listen findes ikke i biblioteket.
   *[other] { $count } adresser på listen findes ikke i biblioteket.
  }
move-plan-hint = Intet er ændret endnu. Du kan fortryde i 30 dage.
move-do = { $count ->
    [one] Flyt én
   *[other] Flyt { $count }
  }
move-before = Nu
move-after = Bliver til
move-done = Flytninger de sidste 30 dage
move-none = Der er ikke flyttet adresser endnu.
move-items = { $count ->
    [one] én fik ny adresse
   *[other] { $count } fik ny adresse
  }
move-undone = Fortrudt
move-undo = Fortryd
move-undo-one = Fortryd { $rule }
done-library-moved = Adresserne er flyttet. De gamle kendes stadig som det samme.
done-library-move-undone = Flytningen er fortrudt.
done-library-move-partly = Flytningen er fortrudt, men dem, der er rettet i mellemtiden, er ikke rørt.
error-move-prefix = Skriv begyndelsen af en webadresse med https:// eller http://.
error-move-same = De to er ens. Skriv, hvad adresserne skal begynde med i stedet.
error-move-line = Linje { $line } kan ikke læses. Skriv to hele webadresser adskilt af komma eller semikolon.
error-move-twice = Adressen på linje { $line } står der to gange. Fjern den ene.
error-move-many = Listen må højst have { $most } linjer. Del den op.
error-move-nothing = Ingen adresser passer til reglen længere. Se, hvad der ændres, og prøv igen.
error-move-undone = Flytningen er allerede fortrudt eller er mere end 30 dage gammel. Lav en flytning den anden vej i stedet.
items-title = Importér
items-lead = Hent mange på én gang fra et regneark. Hver linje bliver bedømt, før noget gemmes.
items-file = Vælg en CSV-fil
items-file-hint = Gem regnearket som CSV. Filens linjer vises i feltet herunder.
items-file-unread = Filen fylder mere end 1 MB. Del den op i flere.
items-rows = Linjer
items-rows-hint = Kopiér dem fra regnearket med overskrifter. Kolonnerne er { $columns }; kun title skal være der. Komma, semikolon og tabulator kan skille dem ad.
items-update = Ret også dem, hvis adresse allerede findes i biblioteket
items-check = Tjek linjerne
items-import = { $count ->
    [one] Importér én
   *[other] Importér { $count }
  }
items-verdicts = { $count ->
    [one] Én linje
   *[other] { $count } linjer
  }, { $taken } kan bruges
items-line = Linje
items-verdict = Hvad sker der med den?
items-outcome-new = Ny
items-outcome-update = Rettes
items-outcome-known = Findes allerede og røres ikke
items-outcome-twice = Adressen stod på en linje før
items-outcome-wrong = Kan ikke bruges
items-done = { $count ->
    [0] Intet blev importeret
    [one] Én er importeret
   *[other] { $count } er importeret
  }
items-see = Se biblioteket
error-items-unreadable = Linjerne kan ikke læses som en tabel. Tjek, at alle anførselstegn er lukket.
error-items-no-title = Der mangler en kolonne med overskriften title. Tilføj den i første linje.
error-items-many = Der må højst være { $most } linjer ad gangen. Del dem op.
error-items-language = Sproget kendes ikke. Skriv da eller en, eller lad feltet være tomt.
error-items-kind = Typen kendes ikke. Brug article, publication, podcast, event, ecourse, tool eller project.
error-items-groups = Ledergrupper skrives som 1, 2 og 3, for eksempel »2,3«.
links-title = Døde links
links-lead = Én gang om ugen ser vi efter, om links i biblioteket, i udsendte udgaver og i gamle udgaver i arkivet stadig virker. Links i kladder tjekkes, kort efter at de er gemt.
links-off = Tjek af links er slået fra (LINK_CHECKS). Bed den, der driver tjenesten, om at slå det til.
links-none-checked = Der er ikke tjekket nogen links endnu. Tilføj noget til biblioteket; så tjekker vi det inden for en time.
links-all-well = Alt virker. { $count ->
    [one] Ét link er tjekket.
   *[other] { $count } links er tjekket.
  }
links-again = Tjek dem igen
links-dead = Døde
links-dead-about = Siderne fandtes ikke to gange med et døgn imellem. Ret adressen i biblioteket, eller læg det væk.
links-broken = Måske døde
links-broken-about = Siderne fandtes ikke sidst. De tjekkes igen efter et døgn.
links-unsure = Kunne ikke tjekkes
links-unsure-about = Det betyder ikke, at de er døde: Siden kan kræve log ind, have travlt eller afvise programmer. Åbn dem selv, hvis du er i tvivl.
links-status = svarer { $status }
links-no-answer = svarer ikke
links-since = siden { $at }
links-further = (en af dens andre adresser; fjern den, hvis ingen bruger den mere)
links-used = Bruges i
done-links-again = De bliver tjekket igen i løbet af nogle minutter.
error-preflight-dead = Linket { $url } svarer { $status }: siden findes ikke. Ret adressen, eller fjern linket.
error-preflight-unsure = Linket { $url } kunne ikke tjekkes. Det er ikke nødvendigvis dødt; åbn det selv, før udgaven sendes.
library-more-import = Importér fra regneark
