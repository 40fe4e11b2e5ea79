namespace Relay.Bench.Load;

/// <summary>What connections cost that do nothing.</summary>
/// <param name="Connections">How many.</param>
/// <param name="Connecting">CPU time of all while they connected.</param>
/// <param name="ResidentMegabytes">By how much the server's resident memory grew, some seconds later.</param>
/// <param name="Resting">CPU time of all while nothing happened.</param>
internal readonly record struct IdleFigures(int Connections, ProcessorTimes Connecting, double ResidentMegabytes,
    ProcessorTimes Resting)
{
    public double PerSecond => Connections / Connecting.Seconds;

    public double ServerMilliseconds => Connecting.Servers / Connections * 1e3;

    public double ResidentKilobytes => ResidentMegabytes * 1e3 / Connections;

    /// <summary>CPU time of the server for one second of one connection.</summary>
    public double RestingMicroseconds => Resting.ServersShare / Connections * 1e6;

    public override string ToString() =>
        $"{PerSecond:N0} connects/s, {ServerMilliseconds:F3} ms of server CPU each, {ResidentKilobytes:F1} KB "
            + $"resident each; at rest {Resting.ServersShare:P1} of a core, {RestingMicroseconds:F2} us/s each; while "
            + $"connecting {Connecting.Shares}";
}
