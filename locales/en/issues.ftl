# Issues: lists, editing, preview, scheduling and archive.
issue-untitled = No subject
issue-new = New issue
issue-duplicate = Duplicate
issue-changed = Changed { $when }
issue-kind-ordinary = Ordinary issue
issue-kind-special = Special edition
issue-state-draft = Draft
issue-state-in_review = In review
issue-state-approved = Approved
issue-state-scheduled = Scheduled
issue-state-preparing = Preparing
issue-state-sending = Sending
issue-state-paused = Paused
issue-state-sent = Sent
issue-state-cancelled = Cancelled
done-copied = The copy is ready. The original has not changed.

list-kind = Kind
list-state = State
list-when = Date
list-owner = Made by
list-actions = Actions
list-all-kinds = All kinds
list-all-states = All states
list-state-open = Being written
list-state-under-way = Scheduled or on its way
list-state-done = Sent or cancelled
list-show = Show
list-pages = Pages
list-older = Older issues
list-empty = There are no issues here. Begin with a new one, or choose something else above.

new-no-newsletter = There is no newsletter yet. Ask an administrator to make it under Settings.
new-newsletter = Newsletter
new-about-ordinary = News from the library: articles, publications, podcasts, events and e-courses.
new-about-special = One theme, with its own colour, picture and introduction.
new-copy = Or begin with a copy

composer-unsaved = Not saved yet
composer-saving = Saving …
composer-failed = Could not save. We will try again in a moment; do not close the page.
composer-too-large = Not saved: it is more than an issue can hold (1 MB). Remove what you put in last.
composer-invalid = Not saved: something needs to be corrected
composer-conflict = Not saved: somebody else has saved in the meantime
composer-compare = Compare the two versions
composer-saved = Saved { $hour }:{ $minute }
composer-preview = Preview
composer-next = Check before sending
composer-errors-title = The issue is not saved. Correct this:
composer-check-title = Before the issue can be sent:
composer-project-removed = "{ $title }" was taken out of the list.
composer-removed = { $title ->
    [empty] The block has been removed.
   *[other] "{ $title }" has been removed.
  }
composer-undo = Undo
composer-envelope = Subject and preheader
composer-no-subject = No subject
composer-theme = Theme
composer-blocks = Content
composer-empty = The issue is empty. Add the first block below, or take it from the library.
composer-view = What the mail looks like
composer-size = { $size } of 100 kB
counter-subject = Characters (60 at best):
counter-preheader = Characters (90 at best):

block-kind-heading = Heading
block-kind-text = Text
block-kind-article = Article
block-kind-publication = Publication
block-kind-podcast = Podcast
block-kind-event = Event
block-kind-ecourse = E-course
block-kind-quote = Quotation
block-kind-image = Picture
block-kind-button = Button
block-kind-project_list = Project list
block-kind-divider = Divider
block-about-heading = Divides the issue
block-about-text = Paragraphs, lists and links
block-about-article = Title, teaser and link
block-about-publication = To read and download
block-about-podcast = Series, number and length
block-about-event = Date, place and sign-up
block-about-ecourse = Teaser and duration
block-about-quote = Words that stand alone
block-about-image = With a caption
block-about-button = One clear link
block-about-project_list = By leadership group
block-about-divider = Room between two subjects
block-incomplete = Unfinished
block-drag = Drag to move
block-tools = Block { $number }: { $kind }
block-up = Move up
block-down = Move down
block-duplicate = Duplicate
block-remove = Remove
block-add = Add a block
block-from-library = From the library
block-add-first = Add at the top
block-add-behind = Add here, after block { $number }: { $kind }
block-about-library = What has already been collected
add-filter = Find a kind of block
add-first = Enter inserts "{ $kind }".
add-none = No kind of block matches "{ $typed }".
outline-tools = All blocks
outline-fold = Fold all
outline-unfold = Unfold all
outline-undo = Undo
outline-redo = Redo
outline-undone = The last change of the blocks has been undone.
outline-redone = The change of the blocks has been made again.
outline-nothing = There are no more changes of the blocks.
block-divider-hint = A divider has nothing to fill in.
project-number = Project { $number }
project-add = Add a project
project-remove = Remove project { $number }

keys-title = Keyboard shortcuts
keys-add = add a block
keys-move = move the block that you are in
keys-save = save
keys-text = bold, italic and link in text
keys-help = show the shortcuts
keys-fold = fold or unfold the block, when you are on its line
keys-undo = undo the last change of the blocks: added, moved, copied, hidden or removed (in a field: what you typed)
keys-redo = make again what you undid
keys-close = close the menu
keys-single = Use the shortcuts / and ?
keys-single-hint = Turn them off if you dictate to the computer or easily hit a key by mistake. This browser remembers it.
keys-done = Close

field-subject = Subject
hint-subject = The important words first. {"{{"}navn|leader{"}}"} becomes the recipient's name, or "leader" when we do not know it.
field-preheader = Preheader
hint-preheader = Shown after the subject in an inbox.
field-title = Title
field-teaser = Teaser
field-url = Link
field-link_text = Words of the link
hint-link_text = Leave it empty for the usual words, such as "Read the article".
field-image-url = Address of the picture
hint-image-url = Leave it empty when there is to be no picture.
field-image-alt = Description of the picture
hint-image-alt = What does the picture show? Read aloud to those who do not see it.
field-image-decorative = The picture is decoration and is not to be read aloud
field-groups = Leadership groups
field-library_item = From the library
field-edition = Edition
hint-edition = For example "2017" or "32 pages".
field-series = Series
field-number = Number
field-duration = Duration
hint-duration = For example "28 min.".
hint-ecourse-duration = For example "5 modules of 20 min.".
field-date = When
hint-date = For example "Thursday 5 October 2017 at 09:30".
field-place = Where
field-text = Text
field-heading-text = Heading
field-button-text = Words on the button
field-level = Level
level-2 = Heading
level-3 = Subheading
field-body = Text
hint-markup = **bold**, *italic*, [link](https://…), “- ” or “1. ” before an item. An empty line begins a new paragraph.
hint-teaser = A few lines that make one want to read on.
field-quote = Quotation
hint-quote = Without quotation marks.
field-source = Who says it
field-role = Title and workplace
field-caption = Caption
field-intro = Introduction
field-projects = Projects
field-colour = Colour
hint-colour = The text on it turns white or black by itself, so that it can be read.
field-theme-title = Title of the theme
field-project_list-title = Heading above the list
field-project_list-intro = Introduction to the list
hint-project_list-intro = May be empty.
field-project-title = Project
readers-1 = Top leaders
readers-2 = Managers of managers
readers-3 = Front-line leaders

conflict-title = You have edited the issue at the same time
conflict-lead = { $who } saved on { $when }, after you opened the page. Here is what the two of you wrote differently. Nothing is lost.
conflict-mine = Your version
conflict-theirs = { $who }
conflict-absent = Not in this version
conflict-order = The order
conflict-same = The two versions are the same. It is safe to save.
conflict-keep-mine = Save my version on top
conflict-take-theirs = Keep the version of { $who }
conflict-hint = Both versions stay in the history of the issue when you save yours on top.

preview-title = Preview
preview-back = Back to editing
preview-views = Choose a view
preview-view-desktop = Desktop
preview-view-phone = Phone
preview-view-dark = Dark
preview-view-text = Plain text
preview-view-web = Web version
preview-about-desktop = The very mail that is sent, in a wide mail program.
preview-about-phone = The same mail on a phone, 375 pixels wide.
preview-about-dark = The same mail in a mail program with a dark background.
preview-about-text = The part that mail programs without HTML show.
preview-about-web = The issue as it will stand in the archive.
test-title = Send a test
test-hint = The same mail that the recipients get, with "[Test]" before the subject. It is counted nowhere.
test-to = Another address
test-send = Send test

error-issue-locked = The issue is scheduled or sent and cannot be changed. If it is only scheduled, take it back under “Schedule and send”. Else make a copy.
error-theme-ordinary = An ordinary issue has no theme. Choose a special edition, or remove the theme.

schedule-title = Schedule and send
schedule-what = What will happen?
schedule-words-open = The issue is ready for { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to "{ $newsletter }". It is sent from { $sender } once you have chosen a time.
schedule-words-planned = Goes to { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }” on { $when } ({ $zone }).
schedule-words-begun = Sending to { $number ->
    [one] 1 subscriber
   *[other] { $number } subscribers
  } to “{ $newsletter }” began on { $when } ({ $zone }).
schedule-words-history = The issue was brought into the archive as history and stands under { $day }. It was not sent from here and has no figures.
schedule-approved-by = Approved by { $who }
schedule-report = Result
schedule-views = See it on a phone, in the dark and as plain text
schedule-errors = Correct this first
schedule-audience-hint = They subscribe now and want this kind of issue. The number is counted again when sending begins.
schedule-follow = Follow the delivery
schedule-stops = The issue cannot be sent before this is in order
schedule-warnings = Look at this before the issue is sent
schedule-warnings-hint = Mend it, or tick what you have seen and will send all the same. A tick holds until the issue is edited.
schedule-warning-seen = I have seen it
schedule-warning-seen-by = Seen by { $who } on { $when }
schedule-hints = Could be better
schedule-warnings-unseen = Tick what you have seen, or mend it.
schedule-review = Approval
schedule-review-hint = Somebody other than the writer must approve. A change after that needs a new approval.
schedule-submit = Ask for approval
schedule-approve = Approve
schedule-waiting = The issue waits for a colleague to approve it.
schedule-plan = When shall it go?
schedule-at = Day and time
schedule-zone = Time zone: { $zone }.
schedule-offset = UTC{ $offset }
schedule-button = Schedule it …
schedule-now = Send now …
schedule-back = Take it back
schedule-back-hint = The issue is a draft again and is not sent.
schedule-back-button = Make it a draft again
done-scheduled = The issue is scheduled.
done-sending = The issue goes in a moment.
done-submitted = The issue waits for approval.
done-approved = The issue is approved.
done-unscheduled = The issue is a draft again.
done-tested = The test has been sent. Look in the inbox.
error-time-unreadable = Choose a day and a time.
error-time-twice = The clock goes back that night, so this time comes twice. Choose which of them you mean.
error-issue-fixed = This was chosen when the issue was made and cannot be changed. Leave the field out, or write { $value }.
error-time-offset = The clock is at { $offset } that day, so that offset does not fit. Leave it out, or give the one that holds.
error-time-skipped = The clock goes forward that night, so this time does not exist. Choose { $hour }:{ $minute }, for example.
error-time-past = The time has passed. Choose a later one.
error-issue-begun = Sending has begun. Pause or cancel it on the delivery page.
error-approval-missing = A colleague must approve the issue before it can be scheduled.
error-approval-second = Somebody other than the writer must approve. An API token cannot.
error-test-refused = The address did not take the test. Check it and try again.

pick-title = From the library
pick-close = Close
pick-search = Search
pick-empty = Nothing fits. Try fewer words, or add it to the library first.
pick-outdated = Show expired ones, too
pick-paste = Fetch and insert
pick-paste-hint = If the library does not have it, we fetch the page, save it there and put it into the issue.
pick-insert = Insert

desk-hello = Hello { $name }
desk-next = Next to be sent
desk-next-none = Nothing is scheduled.
desk-in-now = In a moment
desk-in-minutes = { $number ->
    [one] In 1 minute
   *[other] In { $number } minutes
  }
desk-in-hours = { $number ->
    [one] In 1 hour
   *[other] In { $number } hours
  }
desk-in-days = { $number ->
    [one] In 1 day
   *[other] In { $number } days
  }
desk-drafts = Drafts
desk-drafts-none = No drafts.
desk-all = All issues
desk-last = Last issue
desk-audience = Recipients
desk-accepted = Accepted by the recipient's mail server
desk-failed = Refused
desk-skipped = Skipped
desk-waiting = On their way
desk-paused = "{ $issue }" is paused.
desk-review = “{ $issue }” waits for you.
desk-see = See why, and what can be done
desk-open = Read and approve
desk-requests = { $count ->
    [one] One whose address is suppressed has asked for something and waits for you.
   *[other] { $count } whose addresses are suppressed have asked for something and wait for you.
  }
desk-held = { $count ->
    [one] Confirmations of sign-ups have been held back since { $since }, because almost nobody confirms. One mail is waiting.
   *[other] Confirmations of sign-ups have been held back since { $since }, because almost nobody confirms. { $number } mails are waiting.
  }
desk-held-see = Look and decide
desk-idle = { $count ->
    [one] One person said yes to { $newsletter } more than ten months ago and has got no issue since.
   *[other] { $number } people said yes to { $newsletter } more than ten months ago and have got no issue since.
    }
desk-idle-what = A consent that is not used for about a year can lapse. Send an issue before the year is over, or ask them again.
desk-incomplete = The footer of "{ $newsletter }" lacks sender, postal address or contact. The law asks for them.
desk-nothing = The next issue and the numbers of the last one appear here once the editors have begun.
desk-start = How to begin
desk-start-library = Add something to the library
desk-start-library-about = Articles, publications and podcasts that you can take into an issue.
desk-start-issue = Write the first issue
desk-start-issue-about = Ordinary or special edition. You see the mail beside it as you write.
desk-start-send = Send a test to yourself, and schedule
desk-start-send-about = Nothing is sent before you have checked it and chosen a time.
error-approval-outdated = Something around the issue has changed since it was approved, such as the footer. It has to be approved again.
error-schedule-too-slow = With the limits set for the mail server, this issue cannot be out within { $hours } hours. Ask the operator to raise the limits, or send to fewer.
schedule-forecast-end = With the limits set for the mail server, sending takes about { $duration } and is done around { $time }.
schedule-forecast = With the limits set for the mail server, sending takes about { $duration }.
preflight-title = Check before sending
preflight-nothing = There is nothing to correct.
preflight-stopped = The issue cannot be sent until what is marked “Stop” is corrected.
preflight-may-go = The issue can be sent. Look at this first.
preflight-unread = The check waits until the fields with errors are corrected.
preflight-level-stop = Stop
preflight-level-warn = Look at
preflight-level-hint = Hint

# Text with bold, italic, links and lists
rich-tools = Formatting: { $field }
rich-bold = Bold
rich-bold-letter = B
rich-italic = Italic
rich-italic-letter = I
rich-link = Link
rich-bullets = Bullet list
rich-numbers = Numbered list
rich-name = Name
rich-name-title = The recipient’s name
rich-name-shown = Name (or { $fallback })
rich-name-fallback = Word for when we do not know the name
rich-name-hint = Each recipient sees their own name. The others see the word that you write here.
rich-fallback = leader
rich-wrong-fallback = Write the word to show when we do not know the name.
rich-address = Address
rich-address-hint = A web address or an email address.
rich-wrong-address = The address cannot be used. Write all of it, such as https://lederweb.dk, or an email address.
rich-words = Text of the link
rich-words-hint = Say where the link leads instead of “click here”.
rich-insert = Insert
rich-cancel = Cancel
rich-unlink = Remove the link
rich-too-long = Not inserted: the text would be { $length } characters, and a field can have { $limit }. Divide it into several blocks.
rich-too-large = Not inserted: what you copied is too large. Copy the text in smaller parts.
rich-only-text = Only the text was inserted, because what you copied was too large to keep its formatting.
rich-pictures = Pictures were left out. Add them as a block of the kind Picture.
block-changed = The source has changed
block-changed-about = What the library says was changed since it was inserted here. Nothing has changed in the issue.
block-update = Take the new one
block-keep = Keep
block-also = Also on this subject
block-also-insert = Insert "{ $title }"
composer-updated = "{ $title }" was taken from the library again.
