using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// A node's copy of one document in memory, with the connections on this node. An actor: every change passes through
/// one mailbox, whose handlers are synchronous. Here is what the mailbox takes, and which part it is for; the parts do
/// the rest (<see cref="SessionParts"/>).
/// </summary>
internal sealed partial class DocumentSession : IAttachmentSession, ISessionPlace
{
    private readonly SessionServices services;
    private readonly SessionRegistry registry;
    private readonly SessionParts parts;

    public DocumentSession(DocumentName name, SessionServices services, SessionRegistry registry)
    {
        Name = name;
        this.services = services;
        this.registry = registry;
        Mailbox = new Mailbox(services.Environment.Scheduler, OnHandlerFailed, IsLong);
        var effects = new SessionEffects(Mailbox, services.Environment);
        var context = new SessionContext(name, services.Settings, effects, services.Metrics, services.Logger);
        parts = new SessionParts(context, services, new ChannelListener(this, services.Settings.HeldBytes), this);
    }

    public DocumentName Name { get; }

    public Mailbox Mailbox { get; }

    /// <summary>Which entries that the channel brings are this session's own; on any thread.</summary>
    public OwnEntries OwnEntries => parts.Outbox.OwnEntries;

    /// <summary>The stage, for tests.</summary>
    public SessionStage Stage => parts.Lifecycle.Stage;

    /// <summary>What went through since the session began; on any thread, as of a moment ago.</summary>
    public RoomFigures Figures => parts.Figures;

    /// <summary>What is recorded of the session; null where no metadata of documents is kept.</summary>
    public IRoomActivity? Activity => parts.Activity;

    /// <summary>Whether there are updates that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => parts.Saver.IsUnsaved;

    /// <summary>Starts the load. Called once, when no earlier session of this document is still being freed.</summary>
    public void BeginLoad()
    {
        if (services.Memory?.IsFull == true)
        {
            parts.Lifecycle.Fail(RefusalReason.NodeIsFull);
        }
        else if (!parts.Lifecycle.IsClosed)
        {
            parts.Loader.Begin();
        }
    }

    public void Attach(Attachment attachment)
    {
        registry.Joined(this);
        parts.Admission.Admit(attachment);
    }

    public void Detach(Attachment attachment, bool clean) => parts.Admission.Remove(attachment, clean);

    public void ChangeAccess(Attachment attachment, AccessLevel level)
    {
        if (attachment.IsAttached)
        {
            parts.Intake.ReceiveEarly(attachment);
        }

        attachment.Access = level;
    }

    public void Receive(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        parts.Intake.Receive(attachment, messages);

    public bool IsReceiveLong(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        parts.Intake.IsReceiveLong(attachment, messages);

    public void OnSent(Attachment attachment) => parts.Broadcaster.OnSent(attachment);

    public bool IsOnSentLong(Attachment attachment) => parts.Broadcaster.IsOnSentLong(attachment);

    /// <summary>The channel brings an entry.</summary>
    public void OnChannelEntry(in LoggedEntry entry)
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Follower.OnChannelEntry(entry);
        }
    }

    /// <summary>
    /// The channel brings an entry of this session, without its payload: its append was in flight at that moment.
    /// </summary>
    public void OnChannelOwnEntry(in LoggedEntry head)
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Follower.OnChannelOwnEntry(head);
        }
    }

    /// <summary>Whether it may take long to apply an entry of this length.</summary>
    public bool IsApplyLong(int entryBytes) => parts.IsApplyLong(entryBytes);

    /// <summary>Another node tells about its clients.</summary>
    public void OnChannelAwareness(ulong node, AwarenessKind kind, ReadOnlyMemory<byte> told)
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Awareness.OnChannel(node, kind, told);
        }
    }

    /// <summary>An application's message came over the channel.</summary>
    public void OnChannelStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Stateless.OnChannel(sender, message);
        }
    }

    /// <summary>A node has stored a snapshot, this one or another.</summary>
    public void OnChannelSaved(Position at)
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Saver.OnSavedAnywhere(at);
        }
    }

    /// <summary>The channel was interrupted: it may have lost entries, and presence on both sides.</summary>
    public void OnChannelInterrupted()
    {
        if (!parts.Lifecycle.IsClosed)
        {
            parts.Awareness.OnInterrupted();
            parts.Follower.OnInterrupted();
        }
    }

    /// <summary>A node's report has ended: it is dead, and its clients are gone.</summary>
    public void OnNodeEnded(ulong node) => parts.Awareness.OnNodeEnded(node);

    /// <summary>A node whose report had ended had only paused: its clients are there all the same.</summary>
    public void OnNodeReturned(ulong node) => parts.Awareness.OnNodeReturned(node);

    /// <summary>This node stops: the session leaves as soon as its connections are gone.</summary>
    public void OnNodeStops() => parts.Lifecycle.OnNodeStops();

    /// <summary>What another node needs to load the document; null while this one is not whole.</summary>
    public PeerState? Share() => parts.Share();

    /// <summary>
    /// All clients that are there, and those that went lately; null while the session is loading or gone.
    /// </summary>
    public byte[]? Presence() => parts.Lifecycle.IsOpen ? parts.Awareness.EncodeKnown() : null;

    /// <summary>See <see cref="SessionRequests.Visit"/>.</summary>
    public void Visit(Action<byte[]?, RefusalReason> reader)
    {
        registry.Joined(this);
        parts.Requests.Visit(reader);
    }

    /// <summary>See <see cref="SessionRequests.Read"/>.</summary>
    public void Read(Action<byte[]?, RefusalReason> reader)
    {
        registry.Joined(this);
        parts.Requests.Read(reader);
    }

    /// <summary>See <see cref="SessionRequests.Save"/>.</summary>
    public void SaveNow(bool again, Action<Position, RefusalReason> request)
    {
        registry.Joined(this);
        parts.Requests.Save(again, request);
    }

    bool ISessionPlace.TryRetire() => registry.TryRetire(this);

    void ISessionPlace.Retire() => registry.Retire(this);

    void ISessionPlace.OnFreed() => registry.Gone(Name);

    /// <summary>
    /// Whether a step that is not one of the frequent ones may take long: opening, saving, reading, reconciling.
    /// </summary>
    private bool IsLong() => Stage == SessionStage.Loading || LongSteps.Encodes(parts.Content.Document);

    private void OnHandlerFailed(Exception exception)
    {
        // A bug. The state in memory is no longer vouched for; the log's is: clients come back and load it.
        LogSessionFailed(services.Logger, exception, Name);
        try
        {
            parts.Lifecycle.Fail(RefusalReason.InternalError);
        }
        catch (Exception second)
        {
            LogSessionFailed(services.Logger, second, Name);
        }
    }
}
