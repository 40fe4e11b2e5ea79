namespace Relay.Sessions;

/// <summary>
/// Whether a document has changes that no snapshot covers, and how many bytes of the log they take. Belongs to the
/// session's mailbox, except for <see cref="IsSet"/>.
/// </summary>
/// <param name="figures">What is known of the document, on any thread.</param>
internal sealed class UnsavedMark(RoomFigures figures)
{
    private bool isUnsaved;
    private bool isSaving;

    /// <summary>Whether there are changes that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsSet => figures.IsUnsaved;

    /// <summary>Whether there are changes that the save under way, if there is one, does not cover.</summary>
    public bool IsUnsaved
    {
        get => isUnsaved;
        set
        {
            isUnsaved = value;
            Tell();
        }
    }

    /// <summary>Whether a save is under way.</summary>
    public bool IsSaving => isSaving;

    /// <summary>The bytes of the entries that no snapshot covers.</summary>
    public long Bytes { get; set; }

    /// <summary>A save begins. The mark is cleared first, because entries arrive during the save.</summary>
    /// <returns>The bytes that it covers, for <see cref="EndSave"/>.</returns>
    public long BeginSave()
    {
        var bytes = Bytes;
        isSaving = true;
        isUnsaved = false;
        Bytes = 0;
        Tell();
        return bytes;
    }

    /// <summary>The save has ended.</summary>
    /// <param name="remaining">The bytes that it did not cover after all.</param>
    /// <param name="isUnsavedStill">Whether it did not cover everything that it was to cover.</param>
    public void EndSave(long remaining = 0, bool isUnsavedStill = false)
    {
        isSaving = false;
        isUnsaved |= isUnsavedStill;
        Bytes += remaining;
        Tell();
    }

    /// <summary>Everything is covered.</summary>
    public void Clear()
    {
        isUnsaved = false;
        Bytes = 0;
        Tell();
    }

    private void Tell() => figures.IsUnsaved = isUnsaved || isSaving;
}
