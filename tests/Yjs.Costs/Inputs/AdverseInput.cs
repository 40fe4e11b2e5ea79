namespace Relay.Yjs.Costs;

/// <summary>Something to do with bytes that should hurt.</summary>
/// <param name="Bytes">How many bytes of input are worked on.</param>
/// <param name="Run">The work. It may be done once.</param>
internal sealed record AdverseInput(long Bytes, Action Run)
{
    /// <summary>How many inputs these bytes are: each may cost something whatever its size.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Updates that the document has before, for those who give them to a server.</summary>
    public IReadOnlyList<byte[]> Before { get; init; } = [];

    /// <summary>The updates that should hurt; empty where the input is none.</summary>
    public IReadOnlyList<byte[]> Updates { get; init; } = [];

    /// <summary>A document is given updates, one by one as a session does it, and is then asked for.</summary>
    public static AdverseInput Of(params IReadOnlyList<byte[]> updates) => After([], updates);

    /// <summary>The same with a document that has something already.</summary>
    /// <param name="before">What it has.</param>
    /// <param name="updates">What comes.</param>
    /// <param name="isEncoded">Whether it is asked for in the end.</param>
    /// <param name="countsAll">Whether the bytes of what it has are input, too: they make what comes dear,
    /// once.</param>
    public static AdverseInput After(IReadOnlyList<byte[]> before, IReadOnlyList<byte[]> updates,
        bool isEncoded = true, bool countsAll = false)
    {
        var document = new YDocument();
        foreach (var update in before)
        {
            Require(document.TryApply(update, out _, out var error), error);
        }

        document.EncodeState();
        var bytes = (countsAll ? before : []).Concat(updates).Sum(update => (long)update.Length);
        return new AdverseInput(bytes, Run) { Count = updates.Count, Before = before, Updates = updates };

        void Run()
        {
            foreach (var update in updates)
            {
                Require(document.TryGetNews(update, out var news, out var error), error);
                if (!news.IsEmpty)
                {
                    Require(document.TryApply(news, out _, out error), error);
                }
            }

            if (isEncoded)
            {
                document.EncodeState();
            }
        }
    }

    public static void Require(bool holds, YjsError error)
    {
        if (!holds)
        {
            throw new InvalidDataException(error.ToString());
        }
    }
}
