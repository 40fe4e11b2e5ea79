using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Backplane;
using Relay.DocLocator;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Links;

/// <summary>A node of a test, with the channels that all of the test's nodes share and lines between them.</summary>
internal sealed class LinkedNode : IHolderChannel, ILinkDialer, IDisposable
{
    private readonly List<LinkedNode> all;
    private readonly Meter meter = new("test");

    public LinkedNode(int number, List<LinkedNode> all, TimeProvider time)
    {
        this.all = all;
        Self = LinkSamples.NodeOf(number);
        all.Add(this);
        Channel = new LinkedChannel(
            this,
            (receiver, stopping) => new LinkServices(
                Self, this, receiver, new NodeLinkOptions(), time, static action => action(), () => 0.5,
                new LinkMetrics(meter), NullLogger.Instance, stopping),
            () => AllKnowLinks);
    }

    public NodeIdentity Self { get; }

    public ulong Id => ChannelNode.IdOf(Self.Incarnation);

    public LinkedChannel Channel { get; }

    public bool AllKnowLinks { get; set; } = true;

    /// <summary>Whether it is of a version that says nothing of holders.</summary>
    public bool IsOld { get; set; }

    public bool CanBeDialed { get; set; } = true;

    /// <summary>The ends of its connections, in the order in which they were made.</summary>
    public List<FakeLine> Lines { get; } = [];

    /// <summary>What went over the channel.</summary>
    public List<AwarenessKind?> Published { get; } = [];

    /// <summary>What its sessions heard.</summary>
    public Dictionary<DocumentName, Session> Sessions { get; } = [];

    public Session Room => Sessions[LinkSamples.Room];

    public async Task<IAsyncDisposable> OpenAsync(DocumentName? document = null)
    {
        var name = document ?? LinkSamples.Room;
        Sessions[name] = new Session();
        var place = await Channel.SubscribeAsync(name, Sessions[name], CancellationToken.None);
        await Channel.PublishAwarenessAsync(name, AwarenessKind.Hello, default, CancellationToken.None);
        return place;
    }

    public ValueTask ShowAsync(byte[] presence) => Channel.PublishAwarenessAsync(
        LinkSamples.Room, AwarenessKind.Changes, presence, CancellationToken.None);

    public ValueTask SayAsync(params byte[] message) =>
        Channel.PublishStatelessAsync(LinkSamples.Room, Id, message, CancellationToken.None);

    public void Dispose()
    {
        Channel.Close();
        Channel.Dispose();
        meter.Dispose();
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(
        DocumentName document, IChannelListener listener, CancellationToken cancellation)
    {
        Listeners[document] = (IHolderListener)listener;
        return new ValueTask<IAsyncDisposable>(new Place(() => Listeners.Remove(document)));
    }

    public ValueTask PublishAwarenessAsync(
        DocumentName document, AwarenessKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        PublishHolderAsync(document, kind, null!, content, cancellation);

    public ValueTask PublishHolderAsync(
        DocumentName document,
        AwarenessKind kind,
        DocumentHolder holder,
        ReadOnlyMemory<byte> content,
        CancellationToken cancellation)
    {
        Published.Add(kind);
        foreach (var listener in all.Where(n => n != this)
            .Select(n => n.Listeners.GetValueOrDefault(document)).ToList())
        {
            listener?.OnHolder(Id, kind, IsOld ? null : holder);
            listener?.OnAwareness(Id, kind, content);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PublishStatelessAsync(
        DocumentName document, ulong sender, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        Published.Add(null);
        foreach (var listener in all.Select(n => n.Listeners.GetValueOrDefault(document)).ToList())
        {
            listener?.OnStateless(sender, message);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<ILinkConnection?> DialAsync(NodeIdentity peer, CancellationToken cancellation)
    {
        if (all.Find(n => n.Self == peer) is not { CanBeDialed: true } node)
        {
            return default;
        }

        var (here, there) = FakeLine.Pair();
        Lines.Add(here);
        node.Lines.Add(there);
        _ = node.Channel.Links.AcceptAsync(Self, there);
        return new ValueTask<ILinkConnection?>(here);
    }

    private Dictionary<DocumentName, IHolderListener> Listeners { get; } = [];

    /// <summary>What a session hears.</summary>
    internal sealed class Session : IChannelListener
    {
        private readonly List<(Func<Session, bool> Has, TaskCompletionSource Heard)> waiters = [];

        public List<(ulong Node, AwarenessKind Kind, byte[] Content)> Presence { get; } = [];

        public List<byte[]> Messages { get; } = [];

        /// <summary>Presence that came, without greetings.</summary>
        public IEnumerable<byte[]> Changes =>
            Presence.Where(told => told.Kind == AwarenessKind.Changes).Select(told => told.Content);

        /// <summary>How often the session was asked for what its clients show.</summary>
        public int Questions => Presence.Count(told => told.Kind == AwarenessKind.Hello && told.Content.Length == 0);

        public void OnEntry(in LoggedEntry entry)
        {
        }

        public void OnAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> content)
        {
            lock (waiters)
            {
                Presence.Add((node, kind, content.ToArray()));
                waiters.FindAll(waiter => waiter.Has(this)).ForEach(waiter => waiter.Heard.TrySetResult());
            }
        }

        /// <summary>Completes when it has heard something: where a test's thread does not bring it about.</summary>
        public Task UntilAsync(Func<Session, bool> has)
        {
            lock (waiters)
            {
                var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiters.Add((has, heard));
                return has(this) ? Task.CompletedTask : heard.Task.WaitAsync(Relay.Node.TestNode.Patience);
            }
        }

        public void OnStateless(ulong sender, ReadOnlyMemory<byte> message) => Messages.Add(message.ToArray());

        public void OnSaved(Position position)
        {
        }

        public void OnInterrupted()
        {
        }
    }

    private sealed class Place(Action leave) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            leave();
            return ValueTask.CompletedTask;
        }
    }
}
