namespace Relay.Backplane;

/// <summary>The event ids of this project's log messages: 2000 to 2099 the file log, 2100 to 2199 the in-process channel.</summary>
internal static class BackplaneEventId
{
    public const int FileLogStarted = 2000;
    public const int FileLogTailCut = 2001;
    public const int FileLogDocumentDamaged = 2002;
    public const int FileLogWriteFailed = 2003;
    public const int FileLogWritesAgain = 2004;
    public const int FileLogSegmentRemoved = 2005;
    public const int FileLogSegmentSetAside = 2006;
    public const int FileLogCleaningFailed = 2007;
    public const int FileLogDocumentExpired = 2008;

    public const int ChannelListenerFailed = 2100;
}
