namespace Relay.Simulation;

/// <summary>Which schedules have a focus, and what each needs.</summary>
internal static class FocusKinds
{
    /// <summary>The focus of a seed. Schedules without one are played as if there were none.</summary>
    public static FocusKind Of(ulong seed) => (seed % 20) switch
    {
        3 => FocusKind.Failovers,
        11 => FocusKind.Joins,
        15 => FocusKind.Deletions,
        _ => FocusKind.None,
    };

    /// <summary>How many nodes its events need.</summary>
    public static int LeastNodes(this FocusKind focus) => focus switch
    {
        FocusKind.None => 1,
        FocusKind.Deletions => 2,
        _ => 3,
    };

    /// <summary>The promise that was drawn, or one under which its events may happen.</summary>
    public static Promise Within(this FocusKind focus, Promise drawn) =>
        focus == FocusKind.Failovers && drawn == Promise.AnyNode ? Promise.AnyLog : drawn;
}
