namespace Relay.Bench.Load;

/// <summary>What a reader that never reads costs the server and the others.</summary>
/// <param name="Before">Resident memory before, MB.</param>
/// <param name="Peak">The most while the writer wrote.</param>
/// <param name="After">Some seconds after the end.</param>
/// <param name="Half">Milliseconds to the readers that read: half of the deliveries took no longer.</param>
/// <param name="Most">The same for 99 of 100.</param>
/// <param name="Missing">Deliveries that never came to them.</param>
/// <param name="Cost">CPU time of all while the writer wrote.</param>
/// <param name="Resting">CPU time of all in the seconds after that.</param>
internal readonly record struct StuckFigures(double Before, double Peak, double After, double Half, double Most,
    long Missing, ProcessorTimes Cost, ProcessorTimes Resting)
{
    public override string ToString() =>
        $"resident {Before:F0} MB, at most +{Peak - Before:F0} MB, in the end +{After - Before:F0} MB; others "
            + $"{Half:F2} / {Most:F2} ms (half / 99 of 100), missing {Missing}; {Cost.Servers:F1} s of server CPU, "
            + $"afterwards {Resting.ServersShare:P1} of a core; {Cost.Shares}";
}
