using System.Reflection;

namespace Relay.Yjs.Costs;

/// <summary>
/// Keys that strangers choose do not fall into one bucket, however they are chosen: tables stay tables, not lists.
/// </summary>
public sealed class SeededHashTests
{
    private const int Keys = 20_000;

    /// <summary>As many buckets as a table of .NET has for so many keys: a prime.</summary>
    private const uint Buckets = 22_037;

    /// <summary>At random, the fullest of so many buckets has 6 to 9.</summary>
    private const int Fullest = 20;

    public static TheoryData<string, ulong> Steps => new()
    {
        { "one after another", 1 },
        { "the same remainder in a table of .NET", Buckets },
        { "the same low half", 1UL << 32 },
        { "both halves equal, so that .NET's hash is 0", (1UL << 32) + 1 },
        { "a power of two apart", 1UL << 20 },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void Clients_do_not_share_buckets(string way, ulong step) =>
        AssertSpread(way, i => new ClientKey((ulong)i * step).GetHashCode());

    [Theory]
    [MemberData(nameof(Steps))]
    public void Items_do_not_share_buckets(string way, ulong step) =>
        AssertSpread(way, i => new ItemKey(1, (long)((ulong)i * step)).GetHashCode());

    [Theory]
    [MemberData(nameof(Steps))]
    public void Containers_do_not_share_buckets(string way, ulong step) =>
        AssertSpread(way, i => new ContainerKey(1, (long)((ulong)i * step), Block.None, 3).GetHashCode());

    [Fact]
    public void No_table_of_the_engine_has_bare_client_ids_or_clocks_as_keys()
    {
        const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.Public | BindingFlags.NonPublic;
        var bare = new List<string>();
        foreach (var type in typeof(YDocument).Assembly.GetTypes().Where(type => type.Namespace == "Relay.Yjs"))
        {
            // What an anonymous function uses is a field of a type that the compiler makes; the rest are locals.
            IEnumerable<MethodBase> methods = [.. type.GetMethods(Declared), .. type.GetConstructors(Declared)];
            var held = type.GetFields(Declared).Select(field => field.FieldType).Concat(methods
                .SelectMany(method => method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType));
            bare.AddRange(held.Where(IsTableOfNumbers).Select(table => $"{type}: {table}"));
        }

        Assert.Empty(bare);
    }

    /// <summary>By client or clock; an index is an <see cref="int"/>, and not for a stranger to choose.</summary>
    private static bool IsTableOfNumbers(Type type) =>
        type.IsGenericType
        && (type.GetGenericTypeDefinition() == typeof(Dictionary<,>)
            || type.GetGenericTypeDefinition() == typeof(HashSet<>))
        && (type.GetGenericArguments()[0] == typeof(ulong) || type.GetGenericArguments()[0] == typeof(long));

    private static void AssertSpread(string way, Func<int, int> hash)
    {
        var fullest = Enumerable.Range(0, Keys).CountBy(i => (uint)hash(i) % Buckets).Max(bucket => bucket.Value);
        Assert.True(fullest <= Fullest, $"{way}: {fullest} keys in one bucket");
    }
}
