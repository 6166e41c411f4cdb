error-email-empty = Skriv din e-mailadresse.
error-email-invalid = Det er ikke en gyldig e-mailadresse. Skriv den som navn@kommune.dk.
error-email-too-long = E-mailadressen er for lang. Tjek, om der står mere end adressen i feltet.
error-mjml-too-long = Indholdet fylder mere end 1 MB. Del det op, eller gør det kortere.
error-mjml-too-deep = Linje { $line }, tegn { $column }: Der er mere end 100 elementer inden i hinanden.
error-mjml-syntax = Linje { $line }, tegn { $column }: Det er ikke skrevet rigtigt. Sæt anførselstegn om værdier, og skriv &lt; for et enkelt mindre end-tegn.
error-mjml-unmatched = Linje { $line }, tegn { $column }: Et element mangler sin afslutning, eller en afslutning mangler sit element.
error-mjml-misplaced = Linje { $line }, tegn { $column }: Elementet eller attributten kan ikke stå her.
error-mjml-script = Linje { $line }, tegn { $column }: Scripts kan ikke sendes i en mail.

mail-copy-link = Virker knappen ikke? Kopiér dette link til din browser:

confirm-mail-subject = Bekræft din tilmelding til { $newsletter }
confirm-mail-heading = Bekræft din tilmelding
confirm-mail-preview = Der mangler kun ét skridt, før du er tilmeldt.
confirm-mail-asked = Vi har fået en tilmelding til { $newsletter } med adressen { $address }.
confirm-mail-how = Tryk på knappen, og tryk derefter på Bekræft på siden, der åbner. Først da er du tilmeldt.
confirm-mail-how-text = Åbn linket herunder, og tryk på Bekræft på siden, der åbner. Først da er du tilmeldt.
confirm-mail-button = Bekræft tilmelding
confirm-mail-also = Du bekræfter samtidig dette, som der blev sat kryds ved i formularen:
confirm-mail-valid = Linket virker i { $days } dage.
confirm-mail-not-you = Har du ikke selv tilmeldt dig? Så kan du se bort fra denne mail. Vi sender dig ikke nyhedsbrevet, medmindre du bekræfter.
confirm-mail-why = Du får denne ene mail, fordi adressen blev skrevet i vores formular til tilmelding til { $newsletter }.

already-mail-subject = Du er allerede tilmeldt { $newsletter }
already-mail-heading = Du er allerede tilmeldt
already-mail-asked = Adressen { $address } er lige blevet skrevet i vores formular til tilmelding til { $newsletter }.
already-mail-nothing = Du er allerede tilmeldt, så du behøver ikke at gøre noget. Der er ikke ændret noget.
already-mail-choices = Vil du ændre, hvad du får, holde pause eller afmelde dig, kan du gøre det her:
already-mail-choices-text = Vil du ændre, hvad du får, holde pause eller afmelde dig, kan du gøre det på denne side:
already-mail-button = Se dine valg
already-mail-not-you = Var det ikke dig? Så kan du se bort fra denne mail.
already-mail-why = Du får denne mail, fordi du er tilmeldt { $newsletter }. Vi sender den højst én gang i døgnet.

sign-in-mail-subject = Log ind hos { $sender }
sign-in-mail-heading = Log ind
sign-in-mail-asked = Der er bedt om et link til at logge ind hos { $sender } med adressen { $address }.
sign-in-mail-how = Tryk på knappen, og tryk derefter på Log ind på siden, der åbner.
sign-in-mail-how-text = Åbn linket herunder, og tryk på Log ind på siden, der åbner.
sign-in-mail-button = Log ind
sign-in-mail-valid = Linket virker én gang og kun i { $minutes } minutter.
sign-in-mail-not-you = Har du ikke bedt om linket? Så kan du se bort fra denne mail. Send den ikke videre: Linket giver adgang som dig.
sign-in-mail-why = Du får denne mail, fordi du er medarbejder på nyhedsbrevet.
