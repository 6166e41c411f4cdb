# History, differences and conflicts in issues
history-title = History
history-back = Back to the issue
history-lead = All saved versions. Restoring one saves it as a new version; nothing is lost.
history-versions = Versions
history-zone = Times in { $zone }
history-from = From
history-to = To
history-when = Saved
history-who = By
history-compare-from = Compare from { $when }
history-compare-to = Compare to { $when }
history-current = Newest
history-approved = Approved
history-autosave = saved by itself, joined for five minutes
history-same-as = same content as { $when }
history-changes = Changes
history-restore = Restore this version
history-compare = Compare the chosen ones
history-difference = Differences from { $from } to { $to }
history-same = There are no differences.
history-count = { $count ->
    [one] One place is different.
   *[other] { $count } places are different.
  }
history-key-added = added
history-key-removed = removed
history-only-one = The issue was saved only once. When it is saved again, you can see the differences here.
history-version = The version of { $when }
history-saved-by = Saved by { $who }.
history-against-newest = See the differences from the newest
done-restored = The version is restored and saved as the newest. To undo, restore the one that is now second.
change-added = Added
change-removed = Removed
change-changed = Changed
change-moved = Moved
mark-added = Added:
mark-removed = Removed:
mark-only-here = Only here:
mark-end = (end)
conflict-count = { $count ->
    [one] One place is different.
   *[other] { $count } places are different.
  } { $both ->
    [0] Choose the version that is to hold.
    [one] One of them you both changed. Choose the version that is to hold.
   *[other] { $both } of them you both changed. Choose the version that is to hold.
  }
conflict-both = Both changed it
conflict-merge = Save what is chosen
conflict-present = Is in this version
block-hidden = Hidden
block-shown = Shown
block-visibility = In the issue
block-hide = Hide in the issue
block-show = Show in the issue
error-preflight-hidden = The block is hidden and is left out. Show it again, or remove it.
