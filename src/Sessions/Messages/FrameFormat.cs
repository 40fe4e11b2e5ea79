namespace Relay.Sessions;

/// <summary>
/// How a protocol writes what a session says: whole frames, ready for a socket, each with exactly one message (stock
/// clients read only the first message of a frame). Pure; the frames are shared by all connections of a document that
/// use the same format, so a format is one object for all of them.
/// </summary>
internal abstract class FrameFormat
{
    /// <summary>What this node has.</summary>
    public abstract ReadOnlyMemory<byte> SyncStep1(ReadOnlySpan<byte> stateVector);

    /// <summary>The last part of the answer to a SyncStep1: makes a client say that it is synced.</summary>
    public abstract ReadOnlyMemory<byte> SyncStep2(ReadOnlySpan<byte> update);

    public abstract ReadOnlyMemory<byte> Update(ReadOnlySpan<byte> update);

    /// <summary>A presence update (y-protocols encoding).</summary>
    public abstract ReadOnlyMemory<byte> Awareness(ReadOnlySpan<byte> update);

    /// <summary>
    /// "This SyncStep2 or Update of yours is in the log." Empty in protocols whose receipt is the echo.
    /// </summary>
    public virtual ReadOnlyMemory<byte> Accepted => default;

    /// <summary>
    /// "This SyncStep2 or Update of yours is refused, because you may only read." Empty in protocols that cannot say
    /// it.
    /// </summary>
    public virtual ReadOnlyMemory<byte> Refused => default;

    /// <summary>
    /// The answer to a <see cref="DocumentMessageKind.Marker"/>, which only protocols have that can send one.
    /// </summary>
    public virtual ReadOnlyMemory<byte> Marker(ReadOnlySpan<byte> content) => default;

    /// <summary>
    /// An application's own message. Empty in protocols that have none; their connections do not get it.
    /// </summary>
    public virtual ReadOnlyMemory<byte> Stateless(ReadOnlySpan<byte> message) => default;

    /// <summary>
    /// Asks the client for all presence that it knows; empty where clients need no question. Some clients do not send
    /// their own entry after they were made to raise its clock, and this makes them.
    /// </summary>
    public virtual ReadOnlyMemory<byte> QueryPresence => default;

    /// <summary>
    /// Whether the node asks what a client has each time that the client asks what it lacks, and not once when it
    /// joins: a provider of Hocuspocus takes itself for saved when its answer is acknowledged, and asks again at any
    /// time.
    /// </summary>
    public virtual bool AsksWhenAsked => false;

    /// <summary>
    /// Whether many connections of a document use this format, so that what is made for one is worth keeping for the
    /// others.
    /// </summary>
    public virtual bool IsShared => true;
}
