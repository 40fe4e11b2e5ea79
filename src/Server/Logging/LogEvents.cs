namespace Relay.Logging;

/// <summary>
/// The ids of log events of the node, in blocks per folder. Sessions (1200 to 1299, <c>SessionEventId</c>) and
/// sockets (<c>SocketEventId</c>) list their own.
/// </summary>
internal static class LogEvents
{
    // Startup: 1000 to 1099
    public const int DemoAddress = 1000;
    public const int EmbeddedPart = 1001;
    public const int SettingsRefused = 1002;
    public const int ServicePart = 1003;
    public const int NoLocator = 1004;
    public const int TokensAsked = 1005;
    public const int NoTokensAsked = 1006;
    public const int TelemetryExported = 1007;
    public const int DashboardAddress = 1008;
    public const int FewDescriptors = 1009;
    public const int DrainStarted = 1010;
    public const int DrainConnections = 1011;
    public const int DrainDocuments = 1012;
    public const int DrainDone = 1013;
    public const int DrainHurried = 1014;
    public const int DrainCutShort = 1015;
    public const int OrphanedClaimed = 1020;
    public const int OrphanedNotSaved = 1021;
    public const int SaveJobsUnreachable = 1022;
    public const int SaveJobsReachable = 1023;
    public const int HeartbeatFailed = 1024;
    public const int HeartbeatWorksAgain = 1025;
    public const int StartCheckWaits = 1030;
    public const int StartCheckPassed = 1031;
    public const int StartCheckRefused = 1032;
    public const int ImportStarted = 1035;
    public const int ImportDone = 1036;
    public const int ImportLeftAlone = 1037;
    public const int ImportDocumentSkipped = 1038;
    public const int SnapshotsLeftBehind = 1039;
    public const int BackgroundServiceFailed = 1049;

    public const int MetadataAway = 1040;
    public const int MetadataBack = 1041;
    public const int MetadataOff = 1042;
    public const int MetadataDropped = 1043;
    public const int MetadataRefused = 1044;
    public const int DeadNodesBuried = 1045;
    public const int NodeForgotten = 1046;
    public const int DaysDropped = 1047;
    public const int DaysNotDropped = 1048;

    // Api: 1050 to 1069
    public const int ReadFailed = 1050;
    public const int RequestFailed = 1051;
    public const int LifeFailed = 1052;
    public const int DeletedByRequest = 1053;
    public const int CreatedByRequest = 1054;
    public const int SnapshotsUnavailable = 1055;
    public const int JobsUnavailable = 1056;
    public const int MetadataUnreadable = 1057;
    public const int SnapshotRestored = 1058;
    public const int SnapshotSetAside = 1059;
    public const int SetAsideFailed = 1060;
    public const int UnreadableSnapshotAsked = 1061;
    public const int LogSetAside = 1062;
    public const int LogSetAsideFailed = 1063;

    // Reports: 1070 to 1079
    public const int DashboardFailed = 1071;
    public const int NodeEnded = 1073;

    // Connections: 1100 to 1149, with those of sockets
    public const int Connected = 1100;
    public const int Disconnected = 1101;
    public const int ConnectionClosedByNode = 1103;
    public const int BadFrame = 1104;
    public const int Kicked = 1105;
    public const int KickUnreadable = 1106;
    public const int KickedHereOnly = 1107;
    public const int BadMessage = 1110;
    public const int ForbiddenMessage = 1111;
    public const int DocumentDenied = 1112;
    public const int MessageTooLarge = 1113;
    public const int StatelessDropped = 1114;
    public const int PresenceUnreadable = 1116;

    // Access: 1150 to 1189
    public const int KeysFetched = 1150;
    public const int KeysNotFetched = 1151;
    public const int ForwardedByStranger = 1152;

    // Logging: 1190 to 1199
    public const int LinesLeftOut = 1190;

    // Peers: 1300 to 1399
    public const int InternalListening = 1300;
    public const int PeersSilent = 1301;
    public const int PeerAddressUnusable = 1302;
    public const int PeerRefused = 1303;
    public const int PeerHasNothing = 1304;
    public const int PeerAnswerUnusable = 1305;
    public const int PeerUnreachable = 1306;
    public const int PeerProofMissing = 1310;
    public const int PeerProofWrong = 1311;
    public const int PeerProofUntimely = 1312;
    public const int PeerProofUsed = 1313;

    // Links: 1320 to 1339
    public const int LinkOpened = 1320;
    public const int LinkClosed = 1321;
    public const int LinkBroken = 1322;
    public const int LinkEnded = 1323;
    public const int LinkNotDialed = 1324;
    public const int LinkNotProved = 1325;
    public const int HolderNotSaid = 1326;
    public const int LinkLossNotRepeated = 1327;

    /// <summary>Whether a line says what an administrator did: all of these are kept.</summary>
    public static bool IsByAdministrator(int id) => id
        is DeletedByRequest or CreatedByRequest or SnapshotSetAside or LogSetAside or Kicked or KickedHereOnly;
}
