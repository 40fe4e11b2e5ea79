namespace Relay.Links;

/// <summary>How nodes keep links with each other.</summary>
internal sealed record NodeLinkOptions
{
    /// <summary>
    /// On a link that is not idle, what comes within this time travels together. Default: 20 ms, which no viewer of a
    /// moving cursor notices.
    /// </summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>A link on which the node has sent no frame for this long is sent an empty one. Default: 1 s.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After this time without a frame, or without the acknowledgement of one, a link is broken. Default: 3 s: with the
    /// way over the channel presence is right within 5 s.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a link looks whether something is due; an acknowledgement waits so long. Default: 250 ms.
    /// </summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a connection and its proof may take. Default: 2 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After this time the node that should be dialed dials itself, in case the other one cannot. Default: 2 s.
    /// </summary>
    public TimeSpan FallbackAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a first failed try; it doubles, and half of it is chance. Default: 100 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause. Default: 5 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a link stays without a shared document. Default: 30 s.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much may wait for one link. Default: 4 MiB; a link that needs more is stuck, and broken.</summary>
    public long MaxWaitingBytes { get; init; } = 4 << 20;

    /// <summary>How much may be unacknowledged. Default: 1 MiB, what a fast network carries in some 10 ms.</summary>
    public long MaxSentBytes { get; init; } = 1 << 20;

    /// <summary>About the bytes of one frame. Default: 64 KiB.</summary>
    public int FrameBytes { get; init; } = 64 << 10;

    /// <summary>What is larger goes over the channel. Default: 1 MiB.</summary>
    public int MaxItemBytes { get; init; } = 1 << 20;

    /// <summary>
    /// So long after a message of an application went over the channel, the next one does, too, so that it does not
    /// overtake it. Default: 1 s.
    /// </summary>
    public TimeSpan ChannelLag { get; init; } = TimeSpan.FromSeconds(1);
}
