namespace Relay.Bench.Load;

/// <summary>What a document that grows fast does to others.</summary>
/// <param name="Half">Milliseconds of an update of the other document: half took no longer.</param>
/// <param name="Most">The same for 99 of 100.</param>
/// <param name="Longest">The longest.</param>
/// <param name="PeakShare">By how much the server's memory grew at most, as a multiple of what was written.</param>
/// <param name="Missing">Updates that did not come.</param>
/// <param name="Cost">CPU time of all.</param>
internal readonly record struct PauseFigures(double Half, double Most, double Longest, double PeakShare, long Missing,
    ProcessorTimes Cost)
{
    public override string ToString() =>
        $"others {Half:F2} / {Most:F2} / {Longest:F1} ms (half / 99 of 100 / longest); memory at most "
            + $"{PeakShare:F1} times what was written; missing {Missing}; {Cost.Servers:F1} s of server CPU; "
            + Cost.Shares;
}
