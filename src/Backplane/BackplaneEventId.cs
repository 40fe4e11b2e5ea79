namespace Relay.Backplane;

/// <summary>
/// The event ids of this project's log messages: 2000 to 2099 the file log, 2100 to 2199 the in-process channel, 2200
/// to 2299 Redis.
/// </summary>
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
    public const int FileLogDocumentSetAside = 2009;
    public const int FileLogNotFlushed = 2010;

    public const int ChannelListenerFailed = 2100;

    public const int RedisLost = 2200;
    public const int RedisRestored = 2201;
    public const int RedisOpenFailed = 2202;
    public const int RedisCloseFailed = 2203;
    public const int RedisReached = 2204;
    public const int RedisMayEvict = 2205;
    public const int RedisMayForget = 2206;
    public const int RedisNotReady = 2207;
    public const int RedisSettingsDiffer = 2208;
    public const int RedisMessageUnknown = 2209;
    public const int RedisListenerFailed = 2210;
    public const int RedisChannelBehind = 2211;
    public const int RedisPartitionInterrupted = 2212;
    public const int RedisEntryUnheard = 2213;
    public const int RedisCheckFailed = 2214;
    public const int RedisLargeEntryNotRead = 2215;
    public const int RedisUnsubscribeFailed = 2216;
    public const int RedisDutyWaits = 2217;
    public const int RedisDutyFailed = 2218;
    public const int RedisNotPublished = 2219;
    public const int RedisOrderFailed = 2220;
    public const int RedisSubscriptionRenewed = 2221;
    public const int RedisDirectOpened = 2222;
    public const int RedisDirectEnded = 2223;
    public const int RedisDirectOpenFailed = 2224;
}
