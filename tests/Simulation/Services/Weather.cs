namespace Relay.Simulation;

/// <summary>
/// How often what goes wrong. Each schedule has its own mixture, most of it zero: schedules in which everything fails
/// at once find less than those in which one thing fails often.
/// </summary>
internal sealed class Weather
{
    /// <summary>A call is lost on its way, and its caller told so.</summary>
    public double LostRequests { get; set; }

    /// <summary>A call takes effect, but its caller is told that it failed.</summary>
    public double LostReplies { get; set; }

    /// <summary>An append's caller is told that it failed, and it takes effect after that.</summary>
    public double LateRequests { get; set; }

    /// <summary>A call is never answered, whether it took effect or not.</summary>
    public double Hangs { get; set; }

    /// <summary>A call takes long.</summary>
    public double LongDelays { get; set; }

    /// <summary>The channel loses a message; nothing says so but the next comparison of the log's end.</summary>
    public double LostMessages { get; set; }

    /// <summary>The channel brings a message twice.</summary>
    public double RepeatedMessages { get; set; }

    /// <summary>A connection takes its time to send what it is given.</summary>
    public double SlowClients { get; set; }

    /// <summary>Peers answer late, or not.</summary>
    public double BadPeers { get; set; }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear() =>
        LostRequests = LostReplies = LateRequests = Hangs = LongDelays = LostMessages = RepeatedMessages =
            SlowClients = BadPeers = 0;

    public static Weather Of(SeededRandom random)
    {
        double Some(double most) => random.Chance(0.35) ? random.Share() * most : 0;
        return new Weather
        {
            LostRequests = Some(0.3),
            LostReplies = Some(0.3),
            LateRequests = Some(0.2),
            Hangs = Some(0.05),
            LongDelays = Some(0.4),
            LostMessages = Some(0.4),
            RepeatedMessages = Some(0.3),
            SlowClients = Some(0.6),
            BadPeers = Some(0.7),
        };
    }
}
