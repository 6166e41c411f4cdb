note-title = Status note { $period }
note-subtitle = The period { $period }, compared with { $compare }
note-read = The numbers were read { $time }.
note-missing = not counted
note-broken = break in series
note-about = about
note-more-than = more than
note-and = { $first } and { $last }
note-sum = In all
note-period = Period: { $period }
note-compared = Counted on { $later } and compared with { $earlier }
note-nearest = The figures nearest to { $later } and { $earlier }
note-section-main = Main results
note-section-published = Publications and podcasts of the period
note-section-projects = Projects under way
note-section-media = Mentions in media
note-section-conferences = Conferences, talks and meetings
note-section-channels = The site and the other channels
note-section-site = Visits to the site
note-section-newsletter = The newsletter
note-section-social = Social media
note-section-courses = E-courses
note-section-podcasts = Podcasts
note-section-other = Other figures
note-section-improved = What we have improved in the period
note-section-focus = Focus of the next year
note-section-plans = Plans for social media
note-subscribers = Subscribers of the newsletter
note-subscribers-change = Change in the number of subscribers
note-subscribers-percent = Change in the number of subscribers, per cent
note-subscribers-days = Days between the two counts
note-unit-subscribers = subscribers
note-unit-days = days
note-unit-issues = issues
note-unit-recipients = recipients
note-unit-pieces = items
note-newsletter-growth = The newsletter had { $later } subscribers on { $on } against { $earlier } on { $before }. That is a change of { $change } ({ $percent }) over { $days } days.{ $note }
note-newsletter-alone = The newsletter had { $later } subscribers on { $on }. The number on { $before } is { $earlier }.{ $note }
note-newsletter-unknown = The number of subscribers on { $on } is { $later }.{ $note }
note-newsletter-table = Subscribers of the newsletter
note-newsletter-definition = People whose subscription is active or paused at the end of the day. Each person is counted once.
note-newsletter-limits = The number says how many subscribe, not how many read.
note-newsletter-stated = The number for { $day } was stated ({ $source }) and not counted in the register.
note-newsletter-nobody = The number on { $day } was not counted.
note-source-register = The register of subscribers
note-source-archive = The archive of issues
note-months = Arrivals and departures month by month
note-months-caption = Month by month, from { $first } subscribers on { $before }
note-months-definition = Arrivals came by signing up or by an import. Departures are subscriptions that ended, for whatever reason. The count is at the end of the stretch.
note-months-limits = Who comes and leaves within the same month counts in both columns.
note-chart-title = Subscribers at the end of each month
note-chart-alt = A bar chart of the number of subscribers at the end of each month, from { $first } on { $before } to { $last } on { $on }. The numbers stand in the table below.
note-issues = Issues
note-issues-counted = In the period { $period } there were { $ordinary } and { $special }.{ $note }
note-issues-special-only = The archive has { $special } of the period { $period }. The number of ordinary issues is { $ordinary }.{ $note }
note-ordinary-count = { $count ->
    [one] { $shown } ordinary issue
   *[other] { $shown } ordinary issues
  }
note-special-count = { $count ->
    [one] { $shown } special edition
   *[other] { $shown } special editions
  }
note-ordinary-issues = Ordinary issues
note-special-issues = Special editions
note-issues-caption = Issues of the period
note-issues-definition = Issues that are public in the archive. Recipients are those who were to get the issue when its sending began; accepted are the messages that the recipients' mail servers took.
note-issues-limits = Issues that were put into the archive and not sent from here have no numbers of recipients. Mail can come back after it was accepted.
note-kind-ordinary = Ordinary
note-kind-special = Special edition
note-column-newsletter = Newsletter
note-column-change = Change
note-column-percent = Per cent
note-column-days = Days
note-column-month = Month
note-column-came = Arrivals
note-column-left = Departures
note-column-count = At the end
note-column-issue = Issue
note-column-day = Date
note-column-kind = Kind
note-column-audience = Recipients
note-column-accepted = Accepted
note-column-figure = Figure
note-column-before = Before
note-column-now = Now
note-column-group = For whom
note-column-title = Title
note-column-sort = Sort
note-column-medium = Medium
note-column-place = Place
note-figure-change = { $kind }: change
note-figure-percent = { $kind }: change, per cent
note-figure-undefined = The figure was entered from its source, which says no more about how it was counted.
note-limit-more-than = The exact number is higher and was not given. So there is no change to state.
note-limit-uneven = The two periods are not of the same length.
note-limit-missing = There is no figure to compare with.
note-limit-social = The same person may follow in several places. So the figures are not added up.
note-channel-site = Visits to the site
note-channel-social = Followers on social media
note-channel-courses = Participants of e-courses
note-channel-podcasts = Plays of podcasts
note-channel-other = Other figures
note-table-site = Visits to the site
note-table-social = Followers on social media
note-table-courses = Participants of e-courses
note-table-podcasts = Plays of podcasts
note-table-other = Other figures
note-break-unit = { $kind }: break in series. The figure for { $before } counts "{ $old }", that for { $now } "{ $new }". They cannot be compared.
note-break-said = { $kind }: break in series between { $before } and { $now }. { $why }
note-break-span = { $kind }: break in series. One figure is of a day, the other of a period. They cannot be compared.
note-told-growth = { $kind }: { $later } { $unit } ({ $on }) against { $earlier } ({ $before }), a change of { $change } ({ $percent }).{ $note }
note-told-broken = { $kind }: { $later } { $unit } ({ $on }). The series breaks, so it cannot be compared with { $earlier } ({ $before }).{ $note }
note-told-open = { $kind }: { $later } { $unit } ({ $on }) against { $earlier } ({ $before }).{ $note }
note-told-alone = { $kind }: { $later } { $unit } ({ $on }). The year before is { $earlier }.{ $note }
note-fact-growth = { $change } ({ $percent }) in { $days } days
note-fact-since = { $change } ({ $percent }) since { $before }
note-fact-broken = { $day }. Break in series since { $before }
note-fact-day = { $day }
note-published = In the period came { $all }.{ $note }
note-publications = Publications
note-podcasts = Podcasts
note-articles = Articles
note-ecourses = E-courses
note-tools = Tools
note-publications-count = { $count ->
    [one] { $shown } publication
   *[other] { $shown } publications
  }
note-podcasts-count = { $count ->
    [one] { $shown } podcast
   *[other] { $shown } podcasts
  }
note-articles-count = { $count ->
    [one] { $shown } article
   *[other] { $shown } articles
  }
note-ecourses-count = { $count ->
    [one] { $shown } e-course
   *[other] { $shown } e-courses
  }
note-tools-count = { $count ->
    [one] { $shown } tool
   *[other] { $shown } tools
  }
note-numbered = No. { $number }: { $title }
note-library-title = Publications, podcasts and articles
note-library-definition = What lies in the library and is dated in the period. What is only dated to the month or the year counts when a part of it lies in the period.
note-library-limits = What was not put into the library, or has no date, is missing.
note-library-source = The library
note-projects = Projects under way
note-projects-count = { $count ->
    [one] { $shown } project is under way.
   *[other] { $shown } projects are under way.
  }{ $note }
note-projects-caption = Projects by the group that they are for
note-projects-title = Projects under way
note-projects-definition = Projects of the library that began before the end of the period and did not end before its beginning.
note-projects-limits = A project without dates is taken to be under way until it is put aside.
note-projects-source = The library
note-group-1 = Væksthus 1: top leaders
note-group-2 = Væksthus 2: managers of managers
note-group-3 = Væksthus 3: leaders
note-group-none = All leaders
note-group-several = Væksthus { $groups }
note-media = Mentions
note-media-count = { $count ->
    [one] There is { $shown } mention in the period.
   *[other] There are { $shown } mentions in the period.
  }{ $note }
note-media-caption = Mentions
note-advert = Adverts
note-advert-count = { $count ->
    [one] There is { $shown } advert in the period.
   *[other] There are { $shown } adverts in the period.
  }{ $note }
note-advert-caption = Adverts
note-conference = Conferences and talks
note-conference-count = { $count ->
    [one] There is { $shown } conference or talk in the period.
   *[other] There are { $shown } conferences and talks in the period.
  }{ $note }
note-conference-caption = Conferences and talks
note-meeting = Meetings
note-meeting-count = { $count ->
    [one] There is { $shown } meeting in the period.
   *[other] There are { $shown } meetings in the period.
  }{ $note }
note-meeting-caption = Meetings
note-activities-title = Activities
note-activities-definition = What was entered as mentions, adverts, conferences and meetings and may have been in the period.
note-activities-limits = Only what somebody entered is counted. What is known only to the month or the year counts when a part of it lies in the period.
note-activities-source = Entered by the editors
note-definitions = How the numbers were counted
note-definitions-lead = The raised number refers to what stands here. All numbers can be had as CSV, each with its day, its source and a link to the rows that it was counted from.
note-definition = How it was counted
note-limits = Limits
note-source = Source
note-see-rows = See the rows
note-reference = Note { $number }
note-page = Page { $page } of { $of }
note-csv-section = section
note-csv-key = key
note-csv-label = number
note-csv-value = value
note-csv-shown = shown
note-csv-unit = unit
note-csv-first = first day
note-csv-last = day
note-csv-definition = how it was counted
note-csv-limits = limits
note-csv-source = source
note-csv-rows = rows
error-note-order = The first day of the period must come before its last.
error-note-too-many-years = The period may last three years at most. Choose a shorter one.
error-note-compare = Compare with a day before the last of the period.
error-note-period = Write all three days, or leave all three empty.
error-note-stale = Somebody else has saved the words in the meantime. What you wrote is still here. Open the note in another tab to see what has changed before you save again.
notes-title = Status notes
notes-lead = The year's numbers and the year's work for the board. The numbers are filled in; the editors write the words around them.
notes-empty = There is no status note yet. Choose a period below.
notes-empty-reader = There is no finished status note yet. It comes here when the editors have frozen the first version.
notes-lead-reader = The year's figures and work, as the editors finished them. Figures and words of a version never change.
notes-all = Notes
notes-compared = compared with { $day }
notes-begin = Begin a note
notes-begin-hint = If there is a note for the same days already, it is opened.
notes-newsletter = Newsletter
notes-from = First day
notes-to = Last day
notes-compare = Compare with
notes-frozen = Version { $number }, frozen { $when }. Numbers and words stand as they were then.
notes-see-now = See the note with the newest numbers
notes-broken = The content is not what was frozen. Use another version, and ask whoever runs the system.
notes-draft = Draft. The numbers are read anew each time the page is opened. Freeze the note when it goes to the board.
notes-words = Write the words
notes-words-lead = Write what the numbers do not say themselves. An empty line begins a new paragraph; a line that begins with a hyphen becomes a point. A section without words and numbers is left out.
notes-text = Text
notes-own-period = The section's own period
notes-own-period-hint = Empty fields mean the period of the note: { $period }, compared with { $compare }.
notes-freeze = Freeze a version
notes-file-html = Get HTML to print
notes-file-pdf = Get PDF
notes-file-docx = Get Word
notes-file-csv = Get all numbers (CSV)
notes-versions = { $count ->
    [one] 1 frozen version
   *[other] { $count } frozen versions
  }
notes-version = Version { $number }, { $when }
notes-now = the note as it is now
notes-differs = differences from version { $number }
notes-differs-now = differences from version { $number } until now
notes-difference = Differences between two versions
notes-difference-of = From { $old } to { $new }.
notes-no-difference = Both versions say the same.
notes-numbers = Numbers
done-note-frozen = The version is frozen.
note-issues-missing = The number of issues in the period { $period } is { $ordinary }.{ $note }
note-newsletter-running = The period has not ended yet. The number is of { $day }.
note-issues-before = From before { $day }, when the newsletter began to be sent from here, only issues that were put into the archive count.
note-rounded = { $label } (rounded to the nearest { $to })
note-column-project = Project
notes-named = Numbers that your text can name
notes-named-hint = Write the number as it stands here in braces: it is filled in, and follows when it changes. With a tilde it is rounded: {"{"}newsletter.later~500{"}"} to the nearest 500.
notes-named-so = Write
error-note-number = The note has no number called “{ $name }”. See the list of numbers that you can name.
