report-title = Report
report-imported = This issue was put into the archive as history. It was not sent from here, so there are no numbers.
report-not-sent = This issue has not been sent yet. Its numbers come here once it is on its way.
report-sent = Sending began { $time }.
report-delivery = Delivery
report-audience = Recipients
report-accepted = Accepted
report-delivered = Delivered
report-bounced = Returned
report-failed = Refused
report-refused = Refused for good by the recipient's mail server
report-complained = Complaints of spam
report-lost = Unsubscribes, refusals and complaints
report-skipped = Not sent
report-open = Still to come
report-unsubscribed = Unsubscribed
report-adds-up = It adds up: recipients = accepted + refused + not sent.
report-adds-up-later = It adds up once everyone has an answer.
report-does-not-add-up = It does not add up.
report-provisional = Delivered is provisional until { $time }: mail may still be returned.
report-skipped-why = Why not sent
report-skip-unsubscribed = Unsubscribed
report-skip-paused = Paused the newsletter
report-skip-suppressed = The address is suppressed
report-skip-scope = Wants other issues only
report-skip-erased = Erased
report-skip-cancelled = The issue was cancelled
report-reading = Image loads and clicks
report-off = Neither loads of pictures nor clicks were measured in this issue.
report-human = Humans
report-unknown = Unknown
report-machine = Machines
report-all = All
report-interval = Humans, at least–at most
report-loads = Image loads
report-clicks = Clicks
report-loads-words = An image load is not a reader: some load the image several times, others never. So no open rate is shown.
report-people = The readers who consented to being measured
report-consenting = Consented
report-people-lead = { $consenting ->
    [one] 1 recipient has consented to being measured and got the issue ({ $share } of those it was delivered to). Of the others nobody knows who read it.
   *[other] { $consenting } recipients have consented to being measured and got the issue ({ $share } of those it was delivered to). Of the others nobody knows who read it.
  }
report-people-opened = Opened
report-people-clicked = Clicked
report-people-number = People, at least–at most
report-people-share = Share of them
report-people-machine = Only machines
report-people-suspected = Suspected of being machines
report-people-suspected-words = { $people ->
    [one] 1 person has only clicked sooner than people do. It may be a machine, and the person is counted among those that cannot be told.
   *[other] { $people } people have only clicked sooner than people do. It may be machines, and they are counted among those that cannot be told.
  }
report-people-forgotten = What the readers did who consented to being measured has been deleted, because it is kept for a time only. The numbers of the whole issue are still here.
report-people-withdrawn = { $people ->
    [one] 1 has withdrawn the consent or was erased since, and is not counted.
   *[other] { $people } have withdrawn their consent or were erased since, and are not counted.
  }
report-people-few = Fewer than 5 recipients have consented to being measured. Numbers of so few would be about persons and are not shown.
report-by-leadership_group = By level
report-by-sector = By sector
report-by-domain = By domain
report-by-rest = All others together
report-by-not-stated = Not stated
report-people-words = These numbers are about those who consented only. They cannot be carried over to the other recipients. Do not keep reports of several days: if one person withdraws in between, the difference can show what that person did.
report-links = Clicks in the issue
report-blocks = Clicks on each block
report-map = Clicks drawn over the issue
report-map-words = The issue as it was sent. At each link stands how often people clicked it, at least–at most; where several places of a block lead to the same, it stands at the first. Pictures and links cannot be opened from here.
report-map-clicks = { $clicks } clicks
report-each-link = Show the clicks on each link
report-no-links = The issue has no links that are counted.
report-block = Block
report-address = Address
report-intro = The introduction
report-hours = The first 72 hours
report-hour = { $day } { $hour }:00
report-chart-loads = Image loads hour by hour
report-chart-clicks = Clicks hour by hour
report-chart-description = { $all } in all; most in the hour from { $when }. The numbers are in the table below.
report-chart-nothing = Nothing has been counted yet.
report-hours-table = Show the numbers as a table
report-domains = Domains of the recipients
report-domain = Domain
report-compare = Compared with the five before it
report-no-compare = No issue was sent from here before this one.
report-compare-words = Loads and clicks are those of people, at least–at most.
report-issue = Issue
report-this = this one
report-special = Special edition
report-csv = Download the numbers as CSV
report-csv-part = Part
report-csv-of = Of what
report-csv-measure = Measure
report-csv-number = Number
report-verdicts-link = How people and machines are told apart
report-when = Sent
report-clicks-interval = Clicks by humans, at least–at most
report-definitions = How the numbers are counted
report-definition-delivered = Letters that the recipient's mail server accepted, without those that were returned. Provisional for 7 days.
report-definition-bounced = Not counted: letters that are returned after they were accepted are not read yet. So delivered is an upper limit.
report-definition-failed = Letters that the recipient's mail server refused for good.
report-definition-complained = Not counted: complaints that mail providers report are not read yet.
report-definition-skipped = Recipients who were in the audience when sending began, but were not to have the letter when their turn came.
report-definition-unsubscribed = Recipients who left after they got the issue: within 7 days and before the next issue. The number is written down when the week is over; those who have been erased or have subscribed again by then are not included.
report-definition-loads = Each time that an invisible image in the issue is loaded. The image is the same for everyone who has not consented to being measured.
report-definition-clicks = Each time that somebody or something follows a link in the issue. Links in the plain text version are not counted.
report-definition-human = Nothing speaks against a human. Mail providers' proxies, which load the image when the reader looks, are counted here.
report-definition-machine = Scanners, search engines and programs that say what they are, or that ask for the headers only.
report-definition-unknown = It cannot be told, for example when Apple Mail loads the image before its reader looks.
report-definition-interval = From those who seem to be human to those and the unknown together.
figures-title = Figures of other channels
figures-lead = Visitors, followers, e-courses and podcasts: figures that were entered with their date and source.
figures-empty = There are no figures yet. Enter the first below.
figure-enter = Enter a figure
figure-enter-hint = A figure is never changed. Enter it again with the same name and day; then the old one is shown as corrected.
figure-kind = What is counted?
figure-kind-hint = Use the same words each time, for example "Følgere på Facebook"; then the figures can be compared.
figure-value = Value
figure-value-hint = A whole number, for example 27,699.
figure-qualifier = How exact?
figure-qualifier-exact = exactly
figure-qualifier-about = about
figure-qualifier-more_than = more than
figure-unit = Unit
figure-unit-hint = For example "followers" or "visits a month".
figure-period_start = First day of the period
figure-period_start-hint = Leave it empty if the figure is of a single day.
figure-day = Day
figure-day-hint = The day of the figure, or the last day of the period.
figure-definition = How it was counted
figure-definition-hint = Only if it needs words, for example that another measurement was used.
figure-source = Source
figure-source-hint = For example "status note 2017" or the name of a system.
figure-corrected = corrected
figure-change = Change
figure-no-comparison = not counted
figure-broken = break in series
figure-channel = Where does the figure belong?
figure-channel-site = The site
figure-channel-social = Social media
figure-channel-courses = E-courses
figure-channel-podcasts = Podcasts
figure-channel-other = Other
figure-series_break = Break in series
figure-series_break-hint = Write what has changed if the figure cannot be compared with the earlier ones, for example "New measurement from June 2017". Otherwise leave it empty.
figure-taken-back = taken back
figure-take-back = Take back
done-figure-taken-back = The figure is taken back. The row is still there; enter the figure again if it holds after all.
error-figure-not-newest = The figure has been corrected or taken back already. Open the page again to see what holds now.
figures-import-title = Take figures from a spreadsheet
figures-import-lead = Each line is judged before anything is saved. A figure that is there with another value for the same day is corrected; the old one stays.
figures-import-hint = Copy them from the spreadsheet with their headings. The columns are { $columns }; the first five must be there. The Danish names, for example "tal for", "dag", "værdi", "enhed" and "kilde", are known, too. They are parted by commas, semicolons or tabs.
figures-import-take = { $count ->
    [one] Take 1 figure
   *[other] Take { $count } figures
  }
figures-import-done = { $count ->
    [one] 1 figure was taken
   *[other] { $count } figures were taken
  }
figures-import-verdicts = { $count ->
    [one] 1 line
   *[other] { $count } lines
  }, of which { $taken } can be used
figures-import-see = See the figures
figures-import-new = New figure
figures-import-correction = Corrects a figure
figures-import-known = Is there already
figures-import-wrong = Cannot be used
error-figures-unreadable = The lines cannot be read as a table. Check that all quotation marks are closed.
error-figures-column = There is no column headed { $column }. Add it in the first line.
error-figures-many = There may be { $most } lines at a time at most. Divide them.
error-figure-value = Write a whole number, for example 27,699.
error-figure-day = Write the day as 2017-11-01.
error-figure-period = The period must begin before its last day.
item-report-issue = Issue
item-report-when = Sent
item-report-all = { $count ->
    [one] All, in one issue
   *[other] All, in { $count } issues
  }
item-report-not-sent = Not sent yet
item-report-imported = Put into the archive as history, without numbers
item-report-off = Clicks in it were not measured
item-report-words = The numbers are clicks on all addresses, also on those that have been replaced since. They are clicks and not persons: the same reader may click several times.
item-report-consent = How many different readers clicked is known only of those who agreed to be measured. The report of the issue says it.
item-report-no-clicks = Clicks were not measured in any of the issues, so there are no numbers.
item-report-addresses = Clicks on each address
figure-entered = (entered { $when } by { $who })
