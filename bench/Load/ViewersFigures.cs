namespace Relay.Bench.Load;

/// <summary>What a document costs that many look at.</summary>
/// <param name="Viewers">How many.</param>
/// <param name="Updates">How many were measured.</param>
/// <param name="Half">Milliseconds from when an update was due to its arrival at a viewer: half took no longer.</param>
/// <param name="Most">The same for 99 of 100.</param>
/// <param name="ResidentMegabytes">By how much the server's resident memory grew.</param>
/// <param name="Missing">Updates that did not come, of all viewers.</param>
/// <param name="Cost">CPU time of all.</param>
internal readonly record struct ViewersFigures(int Viewers, int Updates, double Half, double Most,
    double ResidentMegabytes, long Missing, ProcessorTimes Cost)
{
    /// <summary>CPU time of the servers for one update at one viewer, with all presence of that time.</summary>
    public double ServerMicroseconds => Cost.Servers / Updates / Viewers * 1e6;

    public double ResidentKilobytes => ResidentMegabytes * 1e3 / Viewers;

    public override string ToString() =>
        $"{ServerMicroseconds:F2} us of server CPU an update and viewer, {Half:F2} / {Most:F2} ms (half / 99 of 100), "
            + $"{ResidentKilobytes:F1} KB resident a viewer; missing {Missing}; {Cost.Shares}";
}
