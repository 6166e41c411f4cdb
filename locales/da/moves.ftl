# Alle på ét domæne flyttes til et andet
moves-title = Flyt et domæne
moves-lead = Har en arbejdsplads fået nyt domæne, for eksempel fordi to regioner er blevet til én, kan du flytte alle adresserne på én gang. Tilmeldinger, samtykker og historik følger med, og antallet af abonnenter på tidligere dage ændrer sig ikke.
moves-new-title = Ny flytning
moves-change = Ret og prøv igen
moves-old = Gammelt domæne
moves-old-hint = Det, der står efter @ nu, for eksempel regionsjaelland.dk
moves-new = Nyt domæne
moves-new-hint = Det, der skal stå efter @ i stedet. Æ, ø og å er i orden.
moves-list = Eller flere domæner på én gang
moves-list-hint = Ét på hver linje: det gamle domæne, komma eller semikolon, det nye. Så bruges de to felter herover ikke.
moves-when = Hvem skal flyttes?
moves-when-now = Alle, med det samme
moves-when-bounce = Kun dem, hvis gamle adresse bliver afvist
moves-when-hint = Siger en server, at den gamle adresse ikke findes, får personen den nye i stedet for at blive spærret, og næste udgave går derhen. Er det gamle domæne helt lukket, så flyt alle med det samme: Bliver for mange afvist på én gang, standser udsendelsen.
moves-preview = Se, hvad der sker

moves-plan = { $count ->
    [one] Prøve: 1 person har en gammel adresse
   *[other] Prøve: { $count } personer har en gammel adresse
    }
moves-plan-nobody = Ingen i registret har en adresse på det gamle domæne. Tjek, at det er stavet rigtigt.
moves-plan-what = Hvad der sker
moves-plan-people = Personer
moves-plan-examples = Eksempler
moves-plan-erased = Er nogen blevet slettet, kender vi kun et aftryk af den gamle adresse. Det kan ikke følge med til det nye domæne.
moves-plan-nothing = Der er ingen at flytte.
moves-plan-hint = Intet er ændret endnu. Personerne får ikke besked om flytningen. Du kan fortryde i 30 dage, og så længe gemmer vi de gamle adresser. Segmenter, der går efter det gamle domæne, finder dem ikke længere.
moves-plan-hint-bounce = Intet er ændret endnu. Personerne får ikke besked, når de flyttes. Du kan fortryde hver flytning i 30 dage, og så længe gemmer vi den gamle adresse.
moves-do = { $count ->
    [one] Flyt 1 person
   *[other] Flyt { $count } personer
    }
moves-do-bounce = { $count ->
    [one] Flyt 1 person, hvis adressen bliver afvist
   *[other] Flyt dem, hvis adresse bliver afvist (højst { $count })
    }

moves-verdict-moved = Får den nye adresse
moves-about-moved = Tilmeldinger, samtykker og historik følger med.
moves-verdict-merged = Slås sammen med en, der har den nye adresse
moves-about-merged = De to bliver én person med begges samtykker og tælles som én fra i dag. Det kan ikke fortrydes.
moves-verdict-suppressed = Spærret på den gamle adresse
moves-about-suppressed = Bliver, hvor de er, og får stadig ikke noget. Har de afmeldt sig eller klaget, eller har I selv spærret dem, bliver den nye adresse også spærret.
moves-verdict-shut = Spærret på den nye adresse
moves-about-shut = Beholder den gamle adresse, for den nye må ikke få noget.
moves-verdict-left = Afmeldt på den nye adresse
moves-about-left = Beholder den gamle adresse, for på den nye er der sagt nej tak.
moves-verdict-double = Ville få samme nye adresse som en anden
moves-about-double = Beholder den gamle adresse, for det kan være to forskellige mennesker. De kan selv skifte på deres side.
moves-verdict-pending = Har ikke bekræftet
moves-about-pending = Beholder den gamle adresse, for det er dér, bekræftelsen er sendt hen.
moves-verdict-invalid = Den nye adresse ville ikke være gyldig
moves-about-invalid = Beholder den gamle adresse.

moves-none = Der er ikke flyttet noget domæne endnu.
moves-earlier = Tidligere flytninger
moves-domains = Domæner
moves-state = Status
moves-begun = Begyndt
moves-by = Af
moves-state-running = Flyttes
moves-state-waiting = Venter på afvisninger
moves-state-done = Flyttet
moves-state-stopped = Stoppet
moves-state-undoing = Fortrydes
moves-state-undone = Fortrudt
moves-about-now = Sat i gang af { $name }: alle, med det samme.
moves-about-bounce = Sat i gang af { $name }: kun dem, hvis gamle adresse bliver afvist.
moves-finished = Færdig { $time }
moves-working-running = Adresserne flyttes
moves-working-undoing = Flytningen fortrydes
moves-progress = Fremdrift
moves-progress-of = { $done } af { $all }
moves-may-leave = Du kan roligt lukke siden. Arbejdet går videre, også hvis serveren genstarter.
moves-count-changes = Flyttet
moves-count-moved = Fik den nye adresse
moves-count-merged = Slået sammen
moves-count-suppressed = Spærret på den gamle
moves-count-shut = Spærret på den nye
moves-count-left = Afmeldt på den nye
moves-count-double = Ville få samme adresse
moves-count-pending = Har ikke bekræftet
moves-count-invalid = Ugyldig ny adresse
moves-count-undone = Flyttet tilbage
moves-count-kept = Kunne ikke flyttes tilbage
moves-stop-title = Stop flytningen
moves-stop-text = Så bliver den, hvis adresse afvises, spærret som ellers. De flyttede beholder deres nye adresse.
moves-stop = Stop flytningen
moves-undo-title = Fortryd flytningen
moves-undo-text = Indtil { $time } kan du fortryde. Så får personerne deres gamle adresse igen. Det gælder ikke dem, der selv har skiftet adresse siden, dem, der er blevet spærret på den nye, og dem, hvis gamle adresse en anden har fået. Bagefter sletter vi de gamle adresser.
moves-undo-text-bounce = Flytningen stopper, og de personer, der er flyttet inden for de sidste 30 dage, får deres gamle adresse igen. Det gælder ikke dem, der selv har skiftet adresse siden, dem, der er blevet spærret på den nye, og dem, hvis gamle adresse en anden har fået.
moves-undo-merged = { $count ->
    [one] 1 person er slået sammen med en anden. Det kan ikke skilles ad igen.
   *[other] { $count } personer er slået sammen med andre. De kan ikke skilles ad igen.
    }
moves-undo = Fortryd flytningen

error-domain-invalid = Skriv et domæne som regionsjaelland.dk, uden det, der står før @.
error-domain-same = De to domæner er ens. Skriv det nye domæne her.
error-domain-line = Linje { $line } kan ikke læses. Skriv to domæner adskilt af komma eller semikolon.
error-domain-twice = Domænet på linje { $line } står der to gange eller skal flyttes til sig selv. Ret linjen.
error-domain-chain = Det nye domæne på linje { $line } står også som gammelt. Lav to flytninger, den ene efter den anden.
error-domain-many = Listen må højst have { $most } linjer. Del den op.
error-domain-changed = Tallet har ændret sig: Nu er der { $count } at flytte. Se prøven igennem, og tryk igen.
error-domain-nobody = Der er ingen at flytte. Se i prøven, hvorfor.
error-domain-busy = Domænet er med i en anden flytning, som ikke er slut. Vent, til den er færdig, eller stop den.
error-domain-state = Flytningen er kommet videre i mellemtiden. Genindlæs siden for at se, hvordan det går.

data-moves = Adresser, du er flyttet fra
