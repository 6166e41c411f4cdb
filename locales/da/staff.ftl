sign-in-title = Log ind
sign-in-email = E-mailadresse
sign-in-password = Adgangskode
sign-in-button = Log ind
sign-in-welcome = Hej { $name }
sign-in-once = Linket kan bruges én gang.
error-sign-in = Adresse og adgangskode passer ikke sammen. Prøv igen.
error-password-short = Adgangskoden er for kort: mindst { $least } tegn.
error-own-access = Du kan ikke ændre din egen adgang. Bed en anden administrator om det.
account-title = Din konto
account-password = Adgangskode
account-new-password = Ny adgangskode
account-password-hint = Mindst { $least } tegn. En sætning, du kan huske, er god. Når du gemmer, bliver du logget ud alle andre steder.
account-language = Sprog
account-language-legend = Vis siderne på
save = Gem
done-saved = Gemt.
done-signed-in = Du er logget ind. Vælg en adgangskode, så du kan logge ind igen.
staff-title = Medarbejdere
staff-people = Medarbejdere med adgang
staff-name = Navn
staff-role = Rolle
staff-access = Adgang
staff-disabled = Spærret
staff-add = Giv en medarbejder adgang
staff-add-button = Opret, og vis link
staff-made = Kopiér det nu; det vises kun denne ene gang:
role-admin = Administrator
role-editor = Redaktør
role-operator = Driftsansvarlig
role-reader = Læser
tokens-title = API-nøgler
tokens-hint = Med en nøgle kan et andet system bruge programmets API med den rolle, du vælger.
tokens-empty = Der er ingen nøgler. Opret den første herunder, når et andet system skal have adgang.
tokens-name = Hvad er nøglen til?
tokens-state = Tilstand
tokens-revoked = Trukket tilbage
tokens-revoke = Træk { $name } tilbage
tokens-create = Opret nøgle
staff-was-there =
    Vedkommende har allerede adgang som { $role ->
        [admin] administrator
        [editor] redaktør
        [operator] driftsansvarlig
       *[reader] læser
    }. Kun linket er nyt.
error-staff-role =
    { $email } har allerede adgang som { $role ->
        [admin] administrator
        [editor] redaktør
        [operator] driftsansvarlig
       *[reader] læser
    }. Ret rollen i listen, og gem, hvis den skal være en anden.
error-staff-disabled = { $email } er spærret, så et link ville ikke virke. Fjern krydset ved Spærret i listen, og gem, før du laver et link.
error-key-reused = Nøglen er allerede brugt til en anden forespørgsel. Brug en ny.
error-key-running = Den første forespørgsel med nøglen er ikke færdig endnu. Prøv igen om lidt.
sign-in-lost-title = Ingen adgangskode?
sign-in-lost = Har du ikke valgt en adgangskode endnu, eller har du glemt den? Så sender vi et link, du kan logge ind med.
sign-in-lost-button = Send mig et link
done-link-sent = Hvis adressen hører til en medarbejder, er der nu sendt et link til den. Det virker i 30 minutter.
