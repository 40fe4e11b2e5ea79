namespace Relay.Sessions;

/// <summary>
/// When the next save is due: some time after the first change that no snapshot covers, at once when the log holds
/// much, and later after a failure or while another node saves. Belongs to the session's mailbox, except for
/// <see cref="IsUnsaved"/>.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="content">The logged document, whose size decides how often it is saved.</param>
/// <param name="figures">What is known of the document, on any thread.</param>
/// <param name="timer">Fires when a save is due.</param>
internal sealed class SaveSchedule(
    SessionContext context, LoggedDocument content, RoomFigures figures, SessionTimer timer)
{
    private readonly UnsavedMark mark = new(figures);
    private readonly SaveBackoff backoff = new();

    /// <summary>Whether there are changes that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => mark.IsSet;

    /// <summary>Whether a save is under way.</summary>
    public bool IsSaving => mark.IsSaving;

    /// <summary>Whether there are changes that the save under way, if there is one, does not cover.</summary>
    public bool HasChanges => mark.IsUnsaved;

    /// <summary>Whether a save may begin as soon as it is due, rather than when the timer fires.</summary>
    public bool MayBegin => backoff.MayBegin;

    /// <summary>Whether the node that claims the save again and again does not get on with it.</summary>
    public bool IgnoresClaims => backoff.IgnoresClaims;

    /// <summary>The log holds so many bytes that no snapshot covers.</summary>
    public void Restart(long bytes) => mark.Bytes = bytes;

    /// <summary>Notes changes; the caller saves them if they are due, and calls <see cref="Wait"/>.</summary>
    /// <param name="bytes">What they take in the log.</param>
    /// <returns>
    /// Whether the log holds so much that a save is due at once. For a large document the timer fires instead: the
    /// caller may be on a socket loop, the timer's message is not.
    /// </returns>
    public bool Mark(long bytes = 0)
    {
        mark.Bytes += bytes;
        mark.IsUnsaved = true;
        if (!IsWaiting || mark.Bytes < context.Settings.SaveBytesOf(content.EncodedBytes))
        {
            return false;
        }

        if (LongSteps.Encodes(content.Document))
        {
            timer.SetNoLater(TimeSpan.Zero);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Sets the timer for changes that are not being saved, also if they are due by their bytes and cannot be saved
    /// now.
    /// </summary>
    public void Wait()
    {
        if (IsWaiting && !timer.IsSet)
        {
            timer.Set(context.Settings.SaveIntervalOf(content.EncodedBytes));
        }
    }

    /// <summary>A save that was due could not begin, because the document is ahead of its position.</summary>
    public void Postpone()
    {
        if (mark.IsUnsaved && !mark.IsSaving)
        {
            timer.Set(context.Settings.SaveInterval);
        }
    }

    /// <summary>The timer has fired: another node's save is not awaited any longer.</summary>
    public void OnDue() => backoff.EndWait();

    /// <summary>The session begins to drain: another node's save is awaited for a shorter time.</summary>
    public void OnDraining()
    {
        if (backoff.IsSavedElsewhere)
        {
            timer.Set(context.Settings.SavedElsewhereCheck);
        }
    }

    /// <summary>A save begins.</summary>
    /// <returns>The bytes that it covers, for its end.</returns>
    public long BeginSave()
    {
        backoff.EndWait();
        timer.Clear();
        return mark.BeginSave();
    }

    /// <summary>The save has stored a snapshot.</summary>
    public void OnSaved()
    {
        mark.EndSave();
        backoff.OnSaved();
    }

    /// <summary>Another node had claimed the save.</summary>
    /// <param name="bytes">The bytes that the save was to cover.</param>
    /// <param name="isUnsavedStill">Whether no snapshot covers them yet.</param>
    /// <param name="isBeingLeft">Whether the session is on its way out.</param>
    public void OnRefused(long bytes, bool isUnsavedStill, bool isBeingLeft)
    {
        mark.EndSave(bytes, isUnsavedStill);
        backoff.OnAnswered();
        if (mark.IsUnsaved)
        {
            timer.Set(backoff.OnRefused(context.Settings, isBeingLeft));
        }
    }

    /// <summary>The save failed.</summary>
    /// <param name="bytes">The bytes that it was to cover.</param>
    /// <returns>Whether it failed for the first time since one succeeded.</returns>
    public bool OnFailed(long bytes)
    {
        mark.EndSave(bytes, isUnsavedStill: true);
        var (wait, isFirst) = backoff.OnFailed(context.Settings, context.Effects.Environment);
        timer.Set(wait);
        return isFirst;
    }

    /// <summary>Another node has stored everything: the next change is the first one again.</summary>
    public void Clear()
    {
        backoff.Clear();
        mark.Clear();
        timer.Clear();
    }

    /// <summary>Whether there are changes for which the timer, or a large log, begins a save.</summary>
    private bool IsWaiting => mark is { IsUnsaved: true, IsSaving: false } && backoff.MayBegin;
}
