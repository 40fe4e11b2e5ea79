using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// The append in flight: sends it, and repeats it until its reply, its own entry on the channel, or a look into the log
/// says that it is stored. Belongs to the session's mailbox, except for <see cref="OwnEntries"/>.
/// </summary>
internal sealed partial class AppendSender
{
    private static readonly Func<object, object?, bool> IsLong = static (sender, _) =>
        ((AppendSender)sender).session.IsApplyLong();

    private readonly SessionContext context;
    private readonly IDocumentLog log;
    private readonly IOutboxSession session;
    private readonly SessionTimer timer;
    private bool isFailing;

    public AppendSender(SessionContext context, IDocumentLog log, IOutboxSession session)
    {
        this.context = context;
        this.log = log;
        this.session = session;
        timer = context.Effects.Timer(this, static sender => sender.Send());
    }

    /// <summary>The entry in flight; null if there is none.</summary>
    public InFlightAppend? InFlight { get; private set; }

    /// <summary>Which entries that the channel brings are appends of this session; on any thread.</summary>
    public OwnEntries OwnEntries { get; } = new();

    /// <summary>Sends an entry, when none is in flight.</summary>
    /// <param name="payload">What is appended.</param>
    /// <param name="items">What it was merged from.</param>
    public void Begin(ReadOnlyMemory<byte> payload, IReadOnlyList<OutboxItem> items)
    {
        var environment = context.Effects.Environment;
        InFlight = new InFlightAppend(
            environment.NewEntryId(), session.Position, payload, items, environment.Time.GetTimestamp());
        Send();
    }

    /// <summary>The log is another one, which has none of the tries: the entry in flight starts anew.</summary>
    public void StartAnew() =>
        InFlight = InFlight?.WithId(context.Effects.Environment.NewEntryId(), session.Position);

    /// <summary>The entry in flight is in the log: it is not sent any more.</summary>
    public InFlightAppend End()
    {
        var ended = InFlight!;
        InFlight = null;
        timer.Clear();
        return ended;
    }

    /// <summary>Sends the entry in flight, or sends it again, unless a call is under way.</summary>
    public void Send()
    {
        if (InFlight is not { IsSending: false } current || !session.MaySend)
        {
            return;
        }

        current.Try(context.Effects.Environment);
        OwnEntries.Sends(current.Id);
        var entry = new LogEntry(current.Id, EntryKind.Update, current.Payload)
        {
            Earlier = current.Earlier,
            EarlierAfter = current.After,
        };
        var epoch = session.Position.Epoch;
        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => log.AppendAsync(context.Name, epoch, entry, cancellation),
            result => OnAppended(current, result),
            exception => OnAppendFailed(current, exception),
            this,
            IsLong);
    }

    private void OnAppended(InFlightAppend sent, AppendResult result)
    {
        sent.IsSending = false;
        if (InFlight != sent)
        {
            // Its own entry on the channel, or in the log, was faster.
            return;
        }

        if (isFailing)
        {
            isFailing = false;
            LogAppendsWorkAgain(context.Logger, context.Name);
        }

        if (result.Outcome != AppendOutcome.Stored)
        {
            // The first entry of a log, even of a new document: what another node has stored since this one looked is
            // found now or never.
            session.OnOtherLog();
            return;
        }

        OwnEntries.WasAnswered(result.Position);
        session.OnStored(new LoggedEntry(result.Position, result.Previous, EntryKind.Update, sent.Payload));
        if (InFlight == sent && session.MaySend)
        {
            // It waits for entries before it. Should the log be lost before they are read, this one is lost with them:
            // so it is not taken for stored until it is applied.
            timer.Set(context.Settings.LongestAppendRetry);
        }
    }

    private void OnAppendFailed(InFlightAppend sent, Exception exception)
    {
        sent.IsSending = false;
        if (InFlight != sent)
        {
            return;
        }

        if (!isFailing)
        {
            isFailing = true;
            LogAppendFailed(context.Logger, exception, context.Name);
        }

        timer.Set(
            context.Effects.Environment.Backoff(
                sent.Attempts, context.Settings.FirstRetry, context.Settings.LongestAppendRetry));
    }
}
