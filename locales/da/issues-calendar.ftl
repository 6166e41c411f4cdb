calendar = Kalender
calendar-months = Skift måned
calendar-today = I dag
calendar-is-today = i dag
calendar-week = Uge
calendar-empty = Der er ingen udgaver i denne måned. En udgave står her, når den er planlagt, sendt eller har fået et foreslået tidspunkt.
calendar-close = Tæt på en anden
calendar-close-about = To udgaver sendes med mindre end et døgns mellemrum. Læsere, der får begge, får to mails på kort tid. Overvej at flytte den ene.
weekday-1 = Mandag
weekday-2 = Tirsdag
weekday-3 = Onsdag
weekday-4 = Torsdag
weekday-5 = Fredag
weekday-6 = Lørdag
weekday-7 = Søndag
error-preflight-close = { $hours ->
    [0] Der er mindre end en time mellem denne udgave og »{ $subject }«. Læsere, der får begge, får to mails lige efter hinanden. Overvej et andet tidspunkt.
    [one] Der er kun en time mellem denne udgave og »{ $subject }«. Læsere, der får begge, får to mails lige efter hinanden. Overvej et andet tidspunkt.
   *[other] Der er kun { $hours } timer mellem denne udgave og »{ $subject }«. Læsere, der får begge, får to mails på et døgn. Overvej et andet tidspunkt.
    }
