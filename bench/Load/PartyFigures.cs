namespace Relay.Bench.Load;

/// <summary>What an update cost, and how long it took to the others of its document.</summary>
/// <param name="Cross">Milliseconds from a writer to a reader on the other node: half of them, and 99 of 100, take no
/// longer.</param>
/// <param name="Same">The same for a reader on the same node.</param>
/// <param name="Updates">How many were measured.</param>
/// <param name="Readers">How many others each goes to.</param>
/// <param name="Missing">Characters that did not reach a reader.</param>
/// <param name="Late">Milliseconds by which 99 of 100 updates were sent too late, at most: what the load itself
/// adds.</param>
/// <param name="Cost">CPU time of all.</param>
internal readonly record struct PartyFigures(
    (double Half, double Most) Cross, (double Half, double Most) Same, int Updates, int Readers, int Missing,
        double Late, ProcessorTimes Cost)
{
    /// <summary>CPU time of the servers an update.</summary>
    public double ServerMicroseconds => Cost.Servers / Updates * 1e6;

    /// <summary>CPU time of Redis an update.</summary>
    public double RedisMicroseconds => Cost.Redis / Updates * 1e6;

    /// <summary>CPU time of the servers for one update at one reader.</summary>
    public double DeliveryMicroseconds => ServerMicroseconds / Readers;

    public override string ToString()
    {
        var cross = double.IsNaN(Cross.Half) ? "" : $"across nodes {Cross.Half:F2} / {Cross.Most:F2} ms, ";
        var redis = double.IsNaN(Cross.Half)
            ? $", {DeliveryMicroseconds:F1} us a delivery"
            : $", Redis {RedisMicroseconds:F1} us";
        return $"{cross}same node {Same.Half:F2} / {Same.Most:F2} ms (half / 99 of 100); CPU an update: servers "
            + $"{ServerMicroseconds:F1} us{redis}; missing {Missing}; "
            + $"sent at most {Late:F2} ms late (99 of 100); {Cost.Shares}";
    }
}
