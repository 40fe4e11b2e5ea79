using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// What is remembered of a document that is not open on its socket. Not thread-safe; <see cref="AbsentDocuments"/>
/// bounds it.
/// </summary>
internal sealed class AbsentDocument(AddressState state, UnsyncedCount unsynced)
{
    public AddressState State { get; set; } = state;

    /// <summary>Why it was denied or closed.</summary>
    public string Reason { get; set; } = "";

    /// <summary>
    /// Whether it was open on this socket before: then there is a provider that may still take it for open.
    /// </summary>
    public bool WasOpen { get; init; }

    /// <summary>What is charged for it; 0 for one that was open, whose client has shown a token.</summary>
    public long Cost { get; init; }

    /// <summary>Whether the client has been asked for its token since.</summary>
    public bool HasAsked { get; set; }

    /// <summary>When its next step is due.</summary>
    public long DueAt { get; set; }

    /// <summary>When the client was last told that the document is not open.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>What its provider waits for.</summary>
    public UnsyncedCount Unsynced { get; } = unsynced;

    /// <summary>Messages that wait for the token, in order.</summary>
    public List<DocumentMessage> Kept { get; } = [];

    public long KeptBytes { get; private set; }

    /// <summary>What the kept messages take in memory.</summary>
    public long KeptCost => KeptBytes + (Kept.Count * (long)AbsentCharges.MessageCost);

    /// <summary>
    /// What the client said last that it has (a state vector), in a message that was dropped; empty if none, or if it
    /// was too large to be remembered.
    /// </summary>
    public ReadOnlyMemory<byte> Question { get; private set; }

    public void Keep(in DocumentMessage message)
    {
        // Each came in a frame of its own, and is taken on its own.
        Kept.Add(message with { Frame = Kept.Count });
        KeptBytes += message.Bytes;
    }

    /// <summary>A message will never be taken: its provider counts it, and remembers of it what it has.</summary>
    public void Drop(in DocumentMessage message, int maxQuestionBytes)
    {
        Unsynced.Count(message.Kind);
        if (message.Kind == DocumentMessageKind.SyncStep1)
        {
            Question = message.Payload.Length <= maxQuestionBytes ? message.Payload.ToArray() : default;
        }
    }

    /// <summary>There is no room to remember what the client has.</summary>
    public void DropQuestion() => Question = default;

    /// <summary>Drops all that was kept.</summary>
    public void DropKept(int maxQuestionBytes)
    {
        foreach (var message in Kept)
        {
            Drop(message, maxQuestionBytes);
        }

        Kept.Clear();
        KeptBytes = 0;
    }

    /// <summary>What is due now that its time has come; null if that was settled meanwhile.</summary>
    public AbsentStep? TakeStep()
    {
        switch (State)
        {
            case AddressState.Left when !HasAsked:
                HasAsked = true;
                return AbsentStep.AskForToken;
            case AddressState.Asked when HasAsked:
                return WasOpen ? AbsentStep.ComeBack : AbsentStep.Deny;
            default:
                return null;
        }
    }
}
