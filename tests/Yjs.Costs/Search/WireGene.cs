using System.Text;

namespace Relay.Yjs.Costs;

/// <summary>A message, or an entry of one, repeated.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Repeat">How often.</param>
/// <param name="Length">How long each time.</param>
/// <param name="Step">By how much the client's id grows each time; 0: it is listed again and again.</param>
/// <param name="Cut">Bytes of a fragment, and of a read, where it is cut into such.</param>
internal readonly record struct WireGene(WireKind Kind, int Repeat, int Length, int Step, int Cut)
{
    public const int MostRepeats = 8_000;
    private const int MostLength = 20_000;
    private const int MostDepth = 250;

    public static WireGene Draw(Random random) => new(
        Enum.GetValues<WireKind>()[random.Next(Enum.GetValues<WireKind>().Length)],
        DrawSize(random, 2_000),
        random.Next(4) == 0 ? 0 : DrawSize(random, MostLength),
        random.Next(3),
        DrawSize(random, MostLength));

    /// <summary>The same with one thing changed.</summary>
    public WireGene Mutate(Random random)
    {
        var other = Draw(random);
        return random.Next(7) switch
        {
            0 => this with { Kind = other.Kind },
            1 => this with { Repeat = Math.Min(MostRepeats, 2 * Repeat) },
            2 => this with { Repeat = Math.Max(1, Repeat / 2) },
            3 => this with { Length = other.Length },
            4 => this with { Length = Length / 2 },
            5 => this with { Step = other.Step },
            _ => this with { Cut = other.Cut },
        };
    }

    public ulong Client(int repetition) => 1 + ((ulong)repetition * (ulong)Step);

    /// <summary>A presence state.</summary>
    public byte[] Json() => Encoding.UTF8.GetBytes(Kind switch
    {
        WireKind.Nested => Nested(Math.Min(Length, MostDepth)),
        WireKind.Numbers => $"[{string.Join(',', Enumerable.Repeat('1', 1 + (Length / 2)))}]",
        WireKind.Escapes => $"\"{string.Concat(Enumerable.Repeat("\\u0000", Length / 6))}\"",
        WireKind.Objects => $"[{string.Join(',', Enumerable.Repeat("{\"a\":1}", 1 + (Length / 8)))}]",
        WireKind.Noise => new string('[', Length),
        _ => $"\"{new string('x', Length)}\"",
    });

    public byte[] Payload() => new byte[Length];

    private static string Nested(int depth) => $"{new string('[', depth)}1{new string(']', depth)}";

    /// <summary>Small and large sizes alike.</summary>
    private static int DrawSize(Random random, int most) => (int)Math.Pow(most, random.NextDouble());
}
