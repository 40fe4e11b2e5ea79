using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// Tells other nodes over the document's channel what the <see cref="PresenceOutbox"/> holds, one message at a time.
/// Belongs to the session's mailbox, except for <see cref="SayByeAsync"/>.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="channel">Where other nodes hear it.</param>
/// <param name="outbox">What is to be told.</param>
internal sealed partial class AwarenessPublisher(
    SessionContext context, IDocumentChannel channel, PresenceOutbox outbox)
{
    private bool isFailing;

    /// <summary>Whether the session hears the channel: before that, no answer to it could be sent.</summary>
    public bool IsListening { get; private set; }

    /// <summary>What is to be told.</summary>
    public PresenceOutbox Pending => outbox;

    /// <summary>The session hears the channel from now on.</summary>
    public void Listen() => IsListening = true;

    /// <summary>Sends the next message.</summary>
    /// <param name="ended">Called when it was sent, or given up.</param>
    /// <returns>False if there is none to send now.</returns>
    public bool TryPublish(Action ended)
    {
        if (context.Effects.IsClosed || !IsListening || outbox.TryBegin(context.Now) is not { } message)
        {
            return false;
        }

        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => PublishAsync(message.Kind, message.Parts, cancellation),
            () => OnPublished(null, ended),
            failure => OnPublished(failure, ended));
        return true;
    }

    /// <summary>
    /// A session that ends with its clients, or is not sure that other nodes know of their leaving, takes them with it.
    /// The last message; on any thread.
    /// </summary>
    public async ValueTask SayByeAsync(CancellationToken cancellation)
    {
        if (!IsListening || !outbox.MayBeRemembered)
        {
            return;
        }

        try
        {
            await channel.PublishAwarenessAsync(context.Name, AwarenessKind.Bye, default, cancellation);
        }
        catch (Exception exception)
        {
            LogPublishFailed(context.Logger, exception, context.Name);
        }
    }

    private async ValueTask PublishAsync(
        AwarenessKind kind, IReadOnlyList<byte[]> parts, CancellationToken cancellation)
    {
        foreach (var part in parts)
        {
            await channel.PublishAwarenessAsync(context.Name, kind, part, cancellation);
        }
    }

    private void OnPublished(Exception? failure, Action ended)
    {
        outbox.End(isSent: failure is null);
        if (failure is not null && !isFailing)
        {
            LogPublishFailed(context.Logger, failure, context.Name);
        }

        isFailing = failure is not null;
        ended();
    }
}
