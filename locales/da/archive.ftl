# Arkivet: søgning, import af ældre udgaver.
archive-search = Søg i udgaverne
archive-kind = Vis
archive-all = Alle udgaver
archive-kind-ordinary = Almindelige udgaver
archive-kind-special = Særnumre
archive-show = Vis
archive-empty = Der er ikke udsendt noget endnu. Tilmeld dig, så får du den første udgave.
archive-nothing-found = Ingen udgaver passer. Prøv med færre ord, eller vis alle udgaver.
archive-feed = Følg med i en nyhedslæser (Atom)
archive-neighbours = Andre udgaver
archive-before = Forrige
archive-after = Næste
archive-back = Alle udgaver
archive-description = Tidligere udgaver og særnumre, som kan læses og søges i.
archive-year = År
archive-all-years = Alle år
archive-theme = Tema
archive-all-themes = Alle temaer
archive-count = { $count ->
    [one] 1 udgave
   *[other] { $count } udgaver
 }
archive-pages = Sider med udgaver
archive-page = Side { $page } af { $pages }
archive-newer = Nyere
archive-older = Ældre
archive-import = Hent en ældre udgave ind
archive-import-about = En udgave, der er sendt før, bliver læst som overskrifter, tekster, lister og billeder og står derefter i arkivet. Den har ingen tal, og den bliver ikke sendt igen.
archive-import-newsletter = Nyhedsbrev
archive-import-subject = Emne
archive-import-date = Sendt den
archive-import-kind = Slags
archive-import-note = Bemærkning
archive-import-note-hint = Står ved datoen, for eksempel »hentet fra det gamle arkiv«. Kan være tom.
archive-import-address = Gammel adresse
archive-import-address-hint = Lå udgaven på dette sted før, for eksempel /nyhedsbreve/nr-3.html? Så fører den gamle adresse hertil. Kan være tom.
archive-import-file = HTML-fil
archive-import-file-hint = Har du udgaven som fil, så vælg den her. Højst 5 MB.
archive-import-html = Eller HTML-koden
archive-import-html-hint = Åbn den gamle udgave i en browser, vis kilden, og indsæt det hele. Højst 5 MB.
archive-import-look = Se, hvordan den bliver
archive-import-save = Læg den i arkivet
archive-import-result = Sådan bliver den
archive-import-silent = { $count ->
    [one] Ét billede har ingen beskrivelse og bliver ikke læst op.
   *[other] { $count } billeder har ingen beskrivelse og bliver ikke læst op.
    }
archive-import-lost = { $count ->
    [one] Ét billede tages ikke med, fordi det ikke ligger på en https-adresse.
   *[other] { $count } billeder tages ikke med, fordi de ikke ligger på en https-adresse.
    }
archive-import-link = Hent ældre udgave ind
archive-import-errors = Udgaven kan ikke læses endnu. Ret dette:
done-imported = Udgaven står i arkivet.
error-import-too-large = HTML-koden fylder mere end 5 MB. Fjern indlejrede billeder, eller del den op.
error-import-too-many = Udgaven bliver til mere end { $max } blokke. Del den op i to.
error-import-empty = Der er ingen tekst og ingen billeder i HTML-koden. Indsæt kilden til hele siden.
error-import-date = Skriv den dag, udgaven blev sendt. Den kan ikke ligge i fremtiden.
error-import-subject = Emnet er på mere end 200 tegn. Gør det kortere.
error-import-note = Bemærkningen er på mere end 100 tegn. Gør den kortere.
error-import-address = Adressen kan ikke læses. Skriv den som /mappe/side.html, højst 500 tegn.
error-import-address-host = Adressen ligger et andet sted end her, så herfra kan vi ikke føre den videre. Lad feltet være tomt.
error-import-address-ours = Adressen hører til noget, der findes her. Lad feltet være tomt.
error-import-address-taken = En anden udgave har allerede den gamle adresse.
