calendar = Calendar
calendar-months = Change month
calendar-today = Today
calendar-is-today = today
calendar-week = Week
calendar-empty = There are no issues in this month. An issue stands here once it is planned or sent, or has a proposed time.
calendar-close = Close to another
calendar-close-about = Two issues go out less than a day apart. Readers who get both get two letters in a short time. Consider moving one of them.
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
error-preflight-close = { $hours ->
    [0] The issue “{ $subject }” goes out less than an hour from this one. Readers who get both get two letters right after each other. Consider another time.
    [one] The issue “{ $subject }” goes out one hour from this one. Readers who get both get two letters right after each other. Consider another time.
   *[other] The issue “{ $subject }” goes out { $hours } hours from this one. Readers who get both get two letters within a day. Consider another time.
    }
