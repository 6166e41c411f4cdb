sign-in-title = Sign in
sign-in-email = Email address
sign-in-password = Password
sign-in-button = Sign in
sign-in-welcome = Hello { $name }
sign-in-once = The link works once.
error-sign-in = Address and password do not match. Try again.
error-password-short = The password is too short: { $least } characters at least.
error-own-access = You cannot change your own access. Ask another administrator.
account-title = Your account
account-password = Password
account-new-password = New password
account-password-hint = At least { $least } characters. A sentence that you can remember is good. Saving signs you out everywhere else.
account-language = Language
account-language-legend = Show the pages in
save = Save
done-saved = Saved.
done-signed-in = You are signed in. Choose a password so that you can sign in again.
staff-title = Staff
staff-people = Staff with access
staff-name = Name
staff-role = Role
staff-access = Access
staff-disabled = Shut out
staff-add = Let somebody in
staff-add-button = Add and show link
staff-made = Copy it now; it is shown this once only:
role-admin = Administrator
role-editor = Editor
role-operator = Operator
role-reader = Reader
tokens-title = API tokens
tokens-hint = With a token another system can use the API in the role that you choose.
tokens-empty = There are no tokens. Make the first one below when another system needs access.
tokens-name = What is the token for?
tokens-state = State
tokens-revoked = Revoked
tokens-revoke = Revoke { $name }
tokens-create = Make a token
staff-was-there =
    This person already has access as { $role ->
        [admin] an administrator
        [editor] an editor
        [operator] an operator
       *[reader] a reader
    }. Only the link is new.
error-staff-role =
    { $email } already has access as { $role ->
        [admin] an administrator
        [editor] an editor
        [operator] an operator
       *[reader] a reader
    }. To change that, choose the role in the list of staff and save.
error-staff-disabled = { $email } is shut out, so a link would not work. Take the tick at Shut out away in the list of staff and save before you make a link.
error-key-reused = The key has been used for another request. Use a new one.
error-key-running = The first request with this key is not finished yet. Try again in a moment.
sign-in-lost-title = No password?
sign-in-lost = If you have not chosen a password yet, or have forgotten it, we send a link that signs you in.
sign-in-lost-button = Send me a link
done-link-sent = If the address belongs to a member of staff, a link has been sent to it. It works for 30 minutes.
