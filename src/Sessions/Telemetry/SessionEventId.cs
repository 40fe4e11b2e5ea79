namespace Relay.Sessions;

/// <summary>The ids of all log events of sessions: 1200 to 1299.</summary>
internal static class SessionEventId
{
    public const int Loaded = 1200;
    public const int LoadFailed = 1201;
    public const int LoadRefused = 1202;
    public const int Left = 1203;
    public const int TakenUpAgain = 1204;
    public const int NotListed = 1205;
    public const int PeerStateUnfit = 1206;
    public const int StillListed = 1207;
    public const int AppendFailed = 1210;
    public const int AppendsWorkAgain = 1211;
    public const int LogReadFailed = 1212;
    public const int Unlogged = 1213;
    public const int Reconciling = 1220;
    public const int Reconciled = 1221;
    public const int ReconcileFailed = 1222;
    public const int FirstEntry = 1223;
    public const int Saved = 1230;
    public const int SaveFailed = 1231;
    public const int CheckpointFailed = 1232;
    public const int UnreadableSnapshot = 1233;
    public const int ClaimFailed = 1234;
    public const int BadUpdate = 1240;
    public const int PublishFailed = 1241;
    public const int LeaveFailed = 1242;
    public const int SessionFailed = 1243;
    public const int DocumentDeleted = 1244;
    public const int EntryUnreadable = 1245;
    public const int PresenceNotTaken = 1246;
}
