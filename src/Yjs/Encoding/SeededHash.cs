using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Relay.Yjs;

/// <summary>
/// Hashes of numbers that strangers choose. They depend on numbers that each process draws anew, so that no input can
/// be made of which all keys fall into one bucket of a table; .NET's own hash of an
/// integer is the integer.
/// </summary>
internal static class SeededHash
{
    private static readonly ulong Seed = Draw();

    /// <summary>Odd, so that no bit of a number is lost in the low half of the product.</summary>
    private static readonly ulong Multiplier = Draw() | 1;

    public static int Of(ulong value) => Fold(Mix(value));

    public static int Of(ulong first, ulong second) => Fold(Mix(Mix(first) ^ second));

    public static int Of(ulong first, ulong second, ulong third) => Fold(Mix(Mix(Mix(first) ^ second) ^ third));

    /// <summary>
    /// Both halves of the product with 128 bits: the high one depends on all bits below, the low one on all bits above.
    /// </summary>
    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ Seed, Multiplier, out var low);
        return high ^ low;
    }

    private static int Fold(ulong mixed) => (int)(mixed ^ (mixed >> 32));

    private static ulong Draw()
    {
        ulong drawn = 0;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref drawn)));
        return drawn;
    }
}
