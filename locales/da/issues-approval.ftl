# Tjek, godkendelse, planlægning og rettelser af en udgave.
review-title = Godkendelse
review-what = Hvad skal udsendes?
review-words = Udgaven er til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }«.
review-sender = Afsender
review-writer = Skrevet af
review-asked = Sendt til godkendelse af
review-difference = Hvad er ændret?
review-before = { $who } godkendte en tidligere version den { $when }.
review-same = Indholdet er det samme som dengang.
review-decide = Din afgørelse
review-own = Du har selv gemt den seneste version, så en kollega skal godkende den.
review-approve-hint = Du godkender mailen, tekstversionen og webudgaven, som de ser ud her, og hvem de sendes til. Rettes noget af det, skal udgaven godkendes igen.
review-note = Eller bed om en rettelse
review-note-hint = Skriv, hvad der skal ændres. Den, der har skrevet udgaven, ser det på sit overblik og øverst i udgaven.
review-return = Send tilbage til forfatteren
review-returned-by = { $who } har sendt udgaven tilbage
done-returned = Udgaven er sendt tilbage til forfatteren.
desk-review-other = »{ $issue }« venter på, at en kollega godkender den.
desk-returned = { $who } har sendt »{ $issue }« tilbage:
desk-mend = Ret udgaven
error-note-empty = Skriv, hvad der skal ændres.
error-note-long = Noten er på { $length } tegn. Der er plads til { $most }. Gør den kortere.
error-review-over = Udgaven venter ikke længere på godkendelse. Genindlæs siden.
error-approval-moved = Udgaven er ændret, siden du åbnede siden. Genindlæs den, og læs den igen.
error-approval-audience = Modtagerne er ændret, siden udgaven blev godkendt. Gør den til kladde, og send den til godkendelse igen.
error-approval-footer = Bunden af mailen er ændret, siden udgaven blev godkendt. Den skal godkendes igen.
error-approval-title = Nyhedsbrevets navn er ændret, siden udgaven blev godkendt. Den skal godkendes igen.
error-approval-sender = Afsenderen er ændret, siden udgaven blev godkendt. Den skal godkendes igen.
schedule-left = Får den ikke lige nu
schedule-left-suppressed = Spærret adresse
schedule-left-paused = Holder pause
schedule-left-pending = Har ikke bekræftet tilmeldingen
schedule-left-others = Har fravalgt denne slags udgaver
schedule-sample = Se op til ti af modtagerne
schedule-forecast-free = Der er ingen grænse for, hvor hurtigt mailserveren må sende. Beder en modtagers server os vente, prøver vi igen i op til { $hours } timer.
schedule-number = Skriv antallet af modtagere
schedule-number-hint = Tallet står øverst på siden. Vi spørger, fordi antallet er usædvanligt, eller fordi du sender trods en advarsel.
schedule-now-hint = Udsendelsen begynder { $duration } efter, at du har sagt ja. Indtil da kan du fortryde.
error-number-missing = Skriv antallet af modtagere, som det står øverst på siden.
error-number-wrong = Du skrev { $typed }, men udgaven går til { $number }. Tallet har ændret sig, eller der er en tastefejl. Kontrollér det, og skriv tallet igen.
countdown-title = Udgaven er på vej ud
countdown-words = Udsendelsen begynder om { $seconds ->
    [one] 1 sekund
   *[other] { $seconds } sekunder
  }.
countdown-over = Udsendelsen begynder nu.
countdown-undo = Fortryd
countdown-hint = Fortryder du, bliver udgaven en kladde igen, og ingen får noget.
countdown-again = Se, hvor lang tid der er igen
test-whom = Hvem skal have testen?
test-me = Mig ({ $address })
test-group = { $name } ({ $number ->
    [one] 1 adresse
   *[other] { $number } adresser
  })
test-other = En anden adresse
test-groups-edit = Ret testgrupper
test-groups-title = Testgrupper
test-groups-lead = En test af »{ $newsletter }« kan sendes til en hel gruppe på én gang, for eksempel redaktionen eller en postkasse i hvert mailprogram. Der er plads til { $most } adresser i en gruppe.
test-groups-new = Ny gruppe
test-groups-name = Navn
test-groups-addresses = Adresser
test-groups-addresses-hint = Én på hver linje.
test-groups-make = Opret gruppen
test-groups-remove = Slet gruppen
test-groups-remove-hint = »{ $name }« slettes. Der er ikke sendt noget til adresserne, og de slettes ikke andre steder.
done-group-saved = Gruppen er gemt.
done-group-removed = Gruppen er slettet.
error-test-group-name = Giv gruppen et navn.
error-test-group-twice = En anden gruppe har det navn. Vælg et andet.
error-test-group-address = »{ $address }« er ikke en mailadresse. Ret den, eller fjern linjen.
error-test-group-many = Der er { $number } adresser. Der er plads til { $most }. Del dem i to grupper.
error-test-group-empty = Skriv mindst én adresse.
error-test-groups-many = Der er plads til { $most } grupper. Slet en, der ikke bruges.
error-test-both = Angiv enten to eller group.
error-test-refused-some = Testen er sendt til { $number }, men kunne ikke sendes til { $addresses }. Kontrollér adresserne, og prøv igen.
schedule-left-rules = Fik ikke den udgave, der rettes, eller har fravalgt denne slags
corrections-title = Ret et link
corrections-lead = Udgaven er sendt og kan ikke hentes tilbage, men et link i den kan føre et andet sted hen. Klik fra mailen følger rettelsen med det samme, når nyhedsbrevet måler klik; ellers retter du arkivets webudgave og kan sende en rettelse.
corrections-new = Ny rettelse
corrections-second = Rettelsen gælder først, når en kollega har bekræftet den.
corrections-link = Hvilket link?
corrections-url = Hvor skal det føre hen?
corrections-reason = Hvad er rettet?
corrections-reason-hint = Vises i arkivet og i en rettelsesmail, for eksempel »Linket til Væksthusdagen førte til en forkert side.«
corrections-button = Ret linket
corrections-done = Rettelser
corrections-before = Førte til
corrections-after = Fører til
corrections-held = Gælder fra { $when }. Bekræftet af { $who }.
corrections-waits = { $who } bad om rettelsen { $when }. Den venter på en kollega.
corrections-confirm = Bekræft rettelsen
corrections-decline = Drop rettelsen
corrections-mail = Rettelsesmail
corrections-mail-hint = En ny kladde til dem, der har fået udgaven og stadig abonnerer. Den sendes først, når du har læst den og planlagt den som alle andre.
corrections-mail-button = Skriv en rettelsesmail
correction-mail-subject = Rettelse: { $subject }
correction-mail-preheader = En rettelse til en udgave, du har fået
correction-mail-title = Rettelse
correction-mail-intro = I »{ $subject }« var der en fejl, som vi beklager.
archive-corrected = Rettet den { $day }:
done-corrected = Rettelsen er gemt.
done-confirmed = Rettelsen gælder nu.
done-declined = Rettelsen er droppet.
desk-correction = En rettelse til »{ $issue }« venter på dig.
desk-correction-see = Se rettelsen
error-correction-state = Kun en udgave, der er sendt herfra til alle, kan rettes på denne måde.
error-correction-link = Linket findes ikke i udgaven. Vælg et fra listen.
error-correction-same = Linket fører allerede derhen. Skriv en anden adresse.
error-correction-waits = En rettelse af det link venter allerede på en kollega. Bekræft eller drop den først.
error-correction-reason = Skriv, hvad der er rettet.
error-correction-second = En anden end den, der bad om rettelsen, skal bekræfte den.
error-correction-over = Rettelsen venter ikke længere. Genindlæs siden.
preview-view-forced = Tvungen mørk
preview-view-unpictured = Uden billeder
preview-about-forced = En tilnærmelse: nogle mailprogrammer vender selv alle farver, og de gør det forskelligt.
preview-about-unpictured = Den samme mail, når mailprogrammet holder billeder tilbage. Billedbeskrivelserne står i stedet.
preview-readers = Vælg læser
preview-reader-named = Med navn
preview-reader-unnamed = Uden navn
review-words-when = Udgaven er til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }« og skal efter planen ud { $when } ({ $zone }).
schedule-at-proposed = Hvornår skal den ud? (valgfrit)
schedule-look-hint = Du får først vist, hvem udgaven går til og hvornår. Intet bliver planlagt eller sendt, før du siger ja.
schedule-sure = Er det sådan, udgaven skal sendes?
schedule-sure-schedule = Ja, planlæg udsendelsen
schedule-sure-send-now = Ja, udsend nu
schedule-sure-hint = Du kan tage den tilbage, indtil udsendelsen begynder.
schedule-choose = Nej, vælg igen
zone-copenhagen = dansk tid
schedule-left-chosen = Er ikke blandt de valgte modtagere, eller har fravalgt denne slags udgaver
schedule-audience-changed = Reglerne er ændret, siden de blev valgt: { $names }. Vælg modtagere igen for at bruge de nye.
schedule-words-held = Udgaven skulle være sendt til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }« { $when } ({ $zone }), men blev holdt tilbage, fordi den var for sent på den. Ingen har fået den. Send den på siden Udsendelse, eller tag den tilbage og vælg et nyt tidspunkt.
schedule-words-cancelled = Udsendelsen til { $number ->
    [one] 1 abonnent
   *[other] { $number } abonnenter
  } på »{ $newsletter }« { $when } ({ $zone }) blev annulleret. Ingen har fået den.
error-schedule-moved = Udgaven eller modtagerne er ændret, siden du så på den. Se på den igen, og sig så ja.
error-submit-over = Udgaven er ikke længere en kladde. Genindlæs siden.
