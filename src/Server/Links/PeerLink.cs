using Relay.Backplane;
using Relay.DocLocator;

namespace Relay.Links;

/// <summary>
/// The link to one start of one node, over all its connections: makes one while both nodes share a document, and again
/// when it breaks. Thread-safe.
/// </summary>
internal sealed class PeerLink(NodeIdentity node, LinkServices services) : ILinkPeer
{
    /// <summary>A link that lasted so long is no failed try.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly bool isDialer = DialRule.IsDialer(services.Self, node);
    private NodeLink? current;
    private int shared;
    private int failures;
    private bool isDialing;
    private bool isEnded;

    /// <summary>The other node.</summary>
    public NodeIdentity Node => node;

    /// <summary>The other node, as channels name it.</summary>
    public ulong Id { get; } = ChannelNode.IdOf(node.Incarnation);

    public bool IsOpen => Volatile.Read(ref current) is { IsOver: false };

    public bool TrySend(in LinkItem item) => Volatile.Read(ref current)?.TryAdd(item) == true;

    public void Share()
    {
        lock (gate)
        {
            shared++;
        }

        DialIfWanted();
    }

    public void Unshare()
    {
        lock (gate)
        {
            shared--;
        }
    }

    /// <summary>The node has ended, or this one stops: there is no link any more, and will be none.</summary>
    public void End()
    {
        NodeLink? link;
        lock (gate)
        {
            isEnded = true;
            link = current;
        }

        link?.Close();
    }

    /// <summary>
    /// Uses a connection until it is over, and disposes it. A newer connection takes an older one's place.
    /// </summary>
    public async Task RunAsync(ILinkConnection connection)
    {
        using var link = new NodeLink(
            node,
            connection,
            services.Options,
            services.Time,
            services.Elsewhere,
            () => Volatile.Read(ref shared) > 0,
            services.Logger);
        NodeLink? before;
        lock (gate)
        {
            if (isEnded)
            {
                connection.Dispose();
                return;
            }

            before = current;
            current = link;
        }

        before?.Close();
        services.Receiver.OnOpened(this);
        services.Metrics.LinkOpened();
        await link.RunAsync(item => services.Receiver.OnItem(this, item));
        services.Metrics.LinkClosed();
        connection.Dispose();
        lock (gate)
        {
            failures = link.Age >= Lasting ? 1 : failures + 1;
            current = current == link ? null : current;
        }

        var lost = link.Sender.TakeAll();
        services.Receiver.OnBroken(this, [.. lost.Where(item => item.Awareness is not null && !TrySend(item))]);
        DialIfWanted();
    }

    private void DialIfWanted()
    {
        lock (gate)
        {
            if (!IsWanted || isDialing)
            {
                return;
            }

            isDialing = true;
        }

        services.Elsewhere(() => _ = DialAsync());
    }

    private bool IsWanted => !isEnded && shared > 0 && current is null && !services.Stopping.IsCancellationRequested;

    private async Task DialAsync()
    {
        ILinkConnection? connection = null;
        while (connection is null)
        {
            var pause = DialRule.Pause(services.Options, isDialer, failures, services.Chance());
            if (pause > TimeSpan.Zero && !await PauseAsync(pause))
            {
                break;
            }

            lock (gate)
            {
                if (!IsWanted)
                {
                    break;
                }
            }

            connection = await services.Dialer.DialAsync(node, services.Stopping);
            failures += connection is null ? 1 : 0;
        }

        lock (gate)
        {
            isDialing = false;
        }

        if (connection is not null)
        {
            await RunAsync(connection);
        }
        else
        {
            DialIfWanted();
        }
    }

    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, services.Time, services.Stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
