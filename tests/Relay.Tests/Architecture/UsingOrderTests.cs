using System.Text.RegularExpressions;

namespace Relay.Architecture;

/// <summary>
/// Using lines are in the order of <c>dotnet format</c>, which takes minutes over the solution and is not part of the
/// checks for every commit; the compiler does not look at that order.
/// </summary>
public sealed partial class UsingOrderTests
{
    [Fact]
    public void Using_lines_are_sorted_with_those_of_System_first()
    {
        var files = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(House.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !NotOurs().IsMatch(file))
            .ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(IsSorted(File.ReadLines(file)), file));
    }

    [Theory]
    [InlineData(true, "using System;", "using System.Net;", "using Microsoft.Extensions;", "using Relay.Yjs;")]
    [InlineData(true, "using Relay.Yjs;", "", "using var file = Open();", "using Relay.Backplane;")]
    [InlineData(false, "using Relay.Yjs;", "using Relay.Backplane;")]
    [InlineData(false, "using Microsoft.Extensions;", "using System;")]
    public void An_order_is_judged_by_the_first_using_lines(bool isSorted, params string[] lines) =>
        Assert.Equal(isSorted, IsSorted(lines));

    private static bool IsSorted(IEnumerable<string> lines)
    {
        var names = lines.SkipWhile(line => !UsingLine().IsMatch(line))
            .TakeWhile(line => UsingLine().IsMatch(line))
            .Select(line => UsingLine().Match(line).Groups[1].Value)
            .ToList();
        return names.SequenceEqual(names
            .OrderBy(name => name != "System" && !name.StartsWith("System.", StringComparison.Ordinal))
            .ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>A namespace's; aliases and static ones come after these.</summary>
    [GeneratedRegex(@"^using ([\w.]+);$")]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"[\\/](bin|obj|node_modules)[\\/]")]
    private static partial Regex NotOurs();
}
