using Relay.Connections;
using Relay.Sessions;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// Bounds what one socket sends of applications' own messages and of presence that does not read, over all of its
/// documents. Holds no more than two references until there is such a message. Not thread-safe.
/// </summary>
internal sealed class MessageScreen(ConnectionLimits limits, TimeProvider time)
{
    private StatelessRate? statelessRate;
    private ReportRate? statelessDrops;
    private UnreadablePresence? unreadable;

    /// <summary>Counts a message.</summary>
    public ScreenOutcome Check(in DocumentMessage message)
    {
        if (message is { Kind: DocumentMessageKind.Awareness, Payload.IsEmpty: false })
        {
            unreadable ??= new UnreadablePresence(time);
            unreadable.Count(1);
            return unreadable.EndsConnection ? ScreenOutcome.EndSocket
                : unreadable.EndsDocument ? ScreenOutcome.EndDocument
                : ScreenOutcome.Pass;
        }

        return message.Kind == DocumentMessageKind.Stateless && !MayPass(message.Payload.Length)
            ? ScreenOutcome.DropStateless
            : ScreenOutcome.Pass;
    }

    /// <summary>Counts an application's message that is dropped, and says whether it is time to report.</summary>
    /// <param name="dropped">How many were dropped since the last report, this one included.</param>
    public bool MayReportDrop(out long dropped)
    {
        statelessDrops ??= new ReportRate(time);
        return statelessDrops.MayReport(out dropped);
    }

    private bool MayPass(int length)
    {
        if (length > limits.MaxStatelessBytes)
        {
            return false;
        }

        statelessRate ??= new StatelessRate(limits.MaxStatelessBytes, time);
        return statelessRate.TryTake(length);
    }
}
