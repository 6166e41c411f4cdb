error-email-empty = Enter your e-mail address.
error-email-invalid = That is not a valid e-mail address. Write it like name@council.dk.
error-email-too-long = The e-mail address is too long. See whether more than the address stands in the field.
error-mjml-too-long = The content is larger than 1 MB. Split it, or make it shorter.
error-mjml-too-deep = Line { $line }, character { $column }: there are more than 100 elements inside each other.
error-mjml-syntax = Line { $line }, character { $column }: this is not written correctly. Put quotes around values, and write &lt; for a single less-than sign.
error-mjml-unmatched = Line { $line }, character { $column }: an element lacks its end, or an end lacks its element.
error-mjml-misplaced = Line { $line }, character { $column }: the element or attribute cannot stand here.
error-mjml-script = Line { $line }, character { $column }: scripts cannot be sent in a mail.

mail-copy-link = Does the button not work? Copy this link into your browser:

confirm-mail-subject = Confirm your subscription to { $newsletter }
confirm-mail-heading = Confirm your subscription
confirm-mail-preview = There is only one step left before you are subscribed.
confirm-mail-asked = We have received a request to subscribe { $address } to { $newsletter }.
confirm-mail-how = Press the button, and then press Confirm on the page that opens. Only then are you subscribed.
confirm-mail-how-text = Open the link below, and press Confirm on the page that opens. Only then are you subscribed.
confirm-mail-button = Confirm subscription
confirm-mail-also = You also confirm this, which was ticked in the form:
confirm-mail-valid = The link works for { $days } days.
confirm-mail-not-you = Was it not you? Then please ignore this e-mail. We will not send you the newsletter unless you confirm.
confirm-mail-why = You get this one e-mail because the address was entered in our form for subscribing to { $newsletter }.

already-mail-subject = You already subscribe to { $newsletter }
already-mail-heading = You already subscribe
already-mail-asked = The address { $address } has just been entered in our form for subscribing to { $newsletter }.
already-mail-nothing = You already subscribe, so you need not do anything. Nothing has been changed.
already-mail-choices = If you want to change what you get, take a break or unsubscribe, you can do so here:
already-mail-choices-text = If you want to change what you get, take a break or unsubscribe, you can do so on this page:
already-mail-button = See your choices
already-mail-not-you = Was it not you? Then please ignore this e-mail.
already-mail-why = You get this e-mail because you subscribe to { $newsletter }. We send it once a day at most.

sign-in-mail-subject = Sign in to { $sender }
sign-in-mail-heading = Sign in
sign-in-mail-asked = Somebody asked for a link to sign in to { $sender } with the address { $address }.
sign-in-mail-how = Press the button, and then press Sign in on the page that opens.
sign-in-mail-how-text = Open the link below, and press Sign in on the page that opens.
sign-in-mail-button = Sign in
sign-in-mail-valid = The link works once, and only for { $minutes } minutes.
sign-in-mail-not-you = Did you not ask for it? Then please ignore this e-mail. Do not forward it: the link gives access as you.
sign-in-mail-why = You get this e-mail because you work on the newsletter.
