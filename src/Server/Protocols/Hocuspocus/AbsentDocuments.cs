using Relay.Sessions;
using Relay.Sockets.Backpressure;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The documents of one socket that are not open and of which something is known: what waits for a token, who has to
/// be asked for one, and who was refused. Bounded for the whole socket: for what waits, no token has been shown.
/// Thread-safe.
/// </summary>
internal sealed class AbsentDocuments : IDisposable
{
    /// <summary>Documents that are remembered before one was open; the oldest is forgotten for a new one.</summary>
    public const int MaxUnadmittedDocuments = 100;

    /// <summary>
    /// A provider that is replaced by another one of the same document leaves and enters within this; then no
    /// token has to be asked for.
    /// </summary>
    public static readonly TimeSpan ReopenTime = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a client has to answer a request for its token.</summary>
    public static readonly TimeSpan TokenTime = TimeSpan.FromSeconds(1);

    /// <summary>A refusal is not said more often than this.</summary>
    public static readonly TimeSpan RepeatTime = TimeSpan.FromSeconds(1);

    private readonly int maxAdmittedDocuments;
    private readonly AbsentCharges charges;
    private readonly AbsentReminders reminders;
    private readonly TimeProvider time;
    private readonly Action<string, AbsentStep> due;
    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, AbsentDocument> documents = [];
    private int maxDocuments;
    private bool isOver;

    /// <param name="maxDocuments">How many are remembered after one was open.</param>
    /// <param name="budget">What is kept is charged to it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="due">Told what is due for an address, on a thread of the clock.</param>
    public AbsentDocuments(
        int maxDocuments, UnadmittedBudget budget, TimeProvider time, Action<string, AbsentStep> due)
    {
        charges = new AbsentCharges(budget);
        reminders = new AbsentReminders(2 * maxDocuments, time, OnDue);
        maxAdmittedDocuments = maxDocuments;
        this.maxDocuments = Math.Min(maxDocuments, MaxUnadmittedDocuments);
        this.time = time;
        this.due = due;
    }

    /// <summary>A document is about to be open on the socket for the first time.</summary>
    public void Admit()
    {
        lock (gate)
        {
            maxDocuments = maxAdmittedDocuments;
        }
    }

    public AddressState StateOf(string address)
    {
        lock (gate)
        {
            return documents.TryGetValue(address, out var document) ? document.State : AddressState.Unknown;
        }
    }

    /// <summary>Keeps a message until the token comes, unless that would be too much.</summary>
    public KeepOutcome TryKeep(string address, in DocumentMessage message)
    {
        lock (gate)
        {
            var document = documents.GetValueOrDefault(address);
            var isFirst = document is null || document.Kept.Count == 0;
            if (isOver)
            {
                return KeepOutcome.NoRoom;
            }

            var outcome = charges.TryKeep(message, isFirst);
            if (outcome != KeepOutcome.Kept)
            {
                return outcome;
            }

            document ??= TryAddUnopened(address, AddressState.Asked);
            if (document is null)
            {
                charges.Undo(message, isFirst);
                return KeepOutcome.NoRoom;
            }

            document.State = AddressState.Asked;
            document.Keep(message);
            return KeepOutcome.Kept;
        }
    }

    /// <summary>The client has been asked for the token that the kept messages wait for.</summary>
    public void Asked(string address)
    {
        lock (gate)
        {
            if (documents.TryGetValue(address, out var document))
            {
                document.HasAsked = true;
                reminders.Add(address, document, TokenTime);
            }
        }
    }

    /// <summary>A token has come, and is checked now: its absence is not due any more.</summary>
    public void TokenCame(string address)
    {
        lock (gate)
        {
            if (documents.TryGetValue(address, out var document))
            {
                document.HasAsked = false;
            }
        }
    }

    /// <summary>Drops a message to a document that was refused.</summary>
    /// <returns>The refusal, if it is to be said again.</returns>
    public AbsentDocument? Drop(string address, in DocumentMessage message)
    {
        lock (gate)
        {
            if (!documents.TryGetValue(address, out var document))
            {
                return null;
            }

            charges.Drop(document, message);
            if (time.GetElapsedTime(document.AnsweredAt) < RepeatTime)
            {
                return null;
            }

            document.AnsweredAt = time.GetTimestamp();
            return document;
        }
    }

    /// <summary>The client has closed the document.</summary>
    public void Left(string address, UnsyncedCount unsynced)
    {
        lock (gate)
        {
            Remove(address);
            var document = Add(address, new AbsentDocument(AddressState.Left, unsynced) { WasOpen = true });
            reminders.Add(address, document, ReopenTime);
        }
    }

    /// <summary>The document was denied, or closed by the node, and the client has been told.</summary>
    /// <param name="address">The document.</param>
    /// <param name="state"><see cref="AddressState.Denied"/> or <see cref="AddressState.Closed"/>.</param>
    /// <param name="reason">What the client was told.</param>
    /// <param name="unsynced">What its provider waits for, if it was open.</param>
    public void Refused(string address, AddressState state, string reason, UnsyncedCount? unsynced = null)
    {
        lock (gate)
        {
            var document = documents.GetValueOrDefault(address) is { } present && unsynced is null ? present : null;
            if (document is null)
            {
                Remove(address);
                document = unsynced is null
                    ? TryAddUnopened(address, state)
                    : Add(address, new AbsentDocument(state, unsynced));
                if (document is null)
                {
                    // Not remembered: the next message to it is refused anew.
                    return;
                }
            }

            charges.DropKept(document);
            (document.State, document.Reason, document.HasAsked, document.AnsweredAt) = (
                state, reason, false, time.GetTimestamp());
        }
    }

    /// <summary>
    /// The client has closed a document that is not open. One that was open before stays known as left.
    /// </summary>
    public void Forget(string address)
    {
        lock (gate)
        {
            if (documents.GetValueOrDefault(address) is not { WasOpen: true } document)
            {
                Remove(address);
                return;
            }

            charges.DropKept(document);
            document.State = AddressState.Left;
        }
    }

    /// <summary>Forgets a document, and hands out what was known of it.</summary>
    public AbsentDocument? Take(string address)
    {
        lock (gate)
        {
            return Remove(address);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            reminders.Dispose();
            while (documents.Count > 0)
            {
                Remove(documents.GetAt(documents.Count - 1).Key);
            }
        }
    }

    /// <summary>Adds a document that was never open here; null if there is no room for it.</summary>
    private AbsentDocument? TryAddUnopened(string address, AddressState state)
    {
        var cost = isOver ? 0 : charges.TryAdd(address);
        return cost > 0 ? Add(address, new AbsentDocument(state, new UnsyncedCount()) { Cost = cost }) : null;
    }

    private AbsentDocument Add(string address, AbsentDocument document)
    {
        if (documents.Count == maxDocuments)
        {
            Remove(documents.GetAt(0).Key);
        }

        documents.Add(address, document);
        return document;
    }

    private AbsentDocument? Remove(string address)
    {
        if (!documents.Remove(address, out var document))
        {
            return null;
        }

        charges.Release(document);
        return document;
    }

    private void OnDue()
    {
        var steps = new List<(string Address, AbsentStep Step)>();
        lock (gate)
        {
            foreach (var (address, document) in reminders.TakeDue())
            {
                if (documents.GetValueOrDefault(address) == document && document.TakeStep() is { } step)
                {
                    steps.Add((address, step));
                }
            }
        }

        foreach (var (address, step) in steps)
        {
            due(address, step);
        }
    }
}
