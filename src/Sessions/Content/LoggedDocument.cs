namespace Relay.Sessions;

/// <summary>
/// The document of a session: exactly what the log holds up to the session's position, or a state that covers it.
/// Belongs to the session's mailbox.
/// </summary>
/// <param name="kind">What the document is.</param>
/// <param name="limit">What it may take in memory.</param>
/// <param name="figures">What is known of the document, on any thread.</param>
internal sealed class LoggedDocument(IContentKind kind, GrowthLimit limit, RoomFigures figures)
{
    /// <summary>What is larger is kept only until the next collection of garbage: it may be seldom asked for.</summary>
    private const int MostKept = 256 << 10;

    private long encodedVersion = -1;

    // An array, or a weak reference to a large one.
    private object encoded = Array.Empty<byte>();

    /// <summary>What the document is.</summary>
    public IContentKind Kind => kind;

    public IContent Document { get; private set; } = kind.Create();

    /// <summary>What the document may take, with the updates that wait for their append.</summary>
    public GrowthLimit Limit => limit;

    /// <summary>The number of changes so far.</summary>
    public long Version { get; private set; }

    /// <summary>The length of the whole document when it was last encoded; 0 if it was not yet.</summary>
    public int EncodedBytes { get; private set; }

    /// <summary>Begins with a document that a load put together.</summary>
    public void Begin(IContent loaded)
    {
        Document = loaded;
        OnChanged();
    }

    /// <summary>Applies an entry, or a state that was put together from what is stored.</summary>
    /// <param name="update">What is applied.</param>
    /// <param name="diff">The part of it that the document did not have; empty if there is none.</param>
    /// <param name="error">Why the update is refused; the document is as it was.</param>
    public bool TryApply(ReadOnlyMemory<byte> update, out ReadOnlyMemory<byte> diff, out ContentError error)
    {
        if (!Document.TryApply(update, out diff, out error))
        {
            return false;
        }

        OnChanged();
        return true;
    }

    /// <summary>The part of an update that the document does not have; empty if there is none.</summary>
    /// <param name="update">An update that was checked before.</param>
    public ReadOnlyMemory<byte> DiffOf(ReadOnlyMemory<byte> update) =>
        Document.TryGetNews(update, out var diff, out var error, isAccepted: true)
            ? diff
            : throw new InvalidOperationException($"An update that was checked does not read: {error}");

    /// <summary>The whole document, as a rule encoded once per change.</summary>
    public byte[] Encode()
    {
        if (encodedVersion == Version && Kept() is { } known)
        {
            return known;
        }

        var state = Document.EncodeState();

        // Encoding collects deleted content.
        limit.Holds(Document.MemoryBytes);
        encodedVersion = Version;
        EncodedBytes = state.Length;
        figures.Bytes = state.Length;
        encoded = state.Length <= MostKept ? state : new WeakReference<byte[]>(state);
        return state;
    }

    private byte[]? Kept() =>
        encoded as byte[] ?? (((WeakReference<byte[]>)encoded).TryGetTarget(out var large) ? large : null);

    private void OnChanged()
    {
        Version++;
        limit.Holds(Document.MemoryBytes);
    }
}
