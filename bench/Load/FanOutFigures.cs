namespace Relay.Bench.Load;

/// <summary>What one update to many readers cost.</summary>
/// <param name="Half">Milliseconds from sending an update to its arrival at one reader: half of the deliveries took no
/// longer.</param>
/// <param name="Most">The same for 99 of 100.</param>
/// <param name="Deliveries">Updates that came, at each reader.</param>
/// <param name="Missing">Those that did not.</param>
/// <param name="Cost">CPU time of all.</param>
internal readonly record struct FanOutFigures(double Half, double Most, long Deliveries, long Missing,
    ProcessorTimes Cost)
{
    public double ServerMicroseconds => Cost.Servers / Deliveries * 1e6;

    public double DeliveriesPerSecond => Deliveries / Cost.Seconds;

    public override string ToString() =>
        $"{ServerMicroseconds:F3} us of server CPU a delivery, {DeliveriesPerSecond:N0} deliveries/s, {Half:F2} / "
            + $"{Most:F2} ms (half / 99 of 100); missing {Missing}; {Cost.Shares}";
}
