namespace Relay.Yjs.Costs;

/// <summary>A few bytes of structs or deletes, repeated.</summary>
/// <param name="Kind">What it writes.</param>
/// <param name="Repeat">How often.</param>
/// <param name="Client">The first client that writes it.</param>
/// <param name="ClientStep">By how much the client's id grows each time; 0: one client writes all.</param>
/// <param name="Origin">What it comes after.</param>
/// <param name="Right">What it comes before.</param>
/// <param name="Length">How many characters, values or clocks each time.</param>
/// <param name="Gap">How many clocks are left out each time.</param>
/// <param name="Start">The clock at which it begins.</param>
internal readonly record struct Gene(GeneKind Kind, int Repeat, int Client, int ClientStep, OriginKind Origin,
    OriginKind Right, int Length, int Gap, int Start)
{
    public const int MostRepeats = 4_000;
    private const int MostClients = 5;
    private const int MostLength = 400;
    private const int MostGap = 4;
    private const int MostClocks = 8_000;

    public static Gene Draw(Random random) => new(
        Enum.GetValues<GeneKind>()[random.Next(Enum.GetValues<GeneKind>().Length)], DrawSize(random, 400), 1
            + random.Next(MostClients), random.Next(4) == 0 ? 1 : 0, DrawOrigin(random),
            random.Next(3) == 0 ? DrawOrigin(random) : OriginKind.None,
        random.Next(3) == 0 ? DrawSize(random, MostLength) : 1, random.Next(2) == 0 ? 0 : random.Next(MostGap),
            random.Next(2) == 0 ? 0 : DrawSize(random, MostClocks));

    /// <summary>The same with one thing changed.</summary>
    public Gene Mutate(Random random)
    {
        var other = Draw(random);
        return random.Next(10) switch
        {
            0 => this with { Kind = other.Kind },
            1 => this with { Repeat = Math.Min(MostRepeats, 2 * Repeat) },
            2 => this with { Repeat = Math.Max(1, Repeat / 2) },
            3 => this with { Client = other.Client },
            4 => this with { ClientStep = 1 - ClientStep },
            5 => this with { Origin = other.Origin },
            6 => this with { Right = other.Right },
            7 => this with { Length = other.Length },
            8 => this with { Gap = other.Gap },
            _ => this with { Start = other.Start },
        };
    }

    private static OriginKind DrawOrigin(Random random) =>
        Enum.GetValues<OriginKind>()[random.Next(Enum.GetValues<OriginKind>().Length)];

    /// <summary>Small and large sizes alike.</summary>
    private static int DrawSize(Random random, int most) => (int)Math.Pow(most, random.NextDouble());
}
