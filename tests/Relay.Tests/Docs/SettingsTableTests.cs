using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Relay.Architecture;
using Relay.Startup;

namespace Relay.Docs;

/// <summary>The tables of settings, in docs/settings.md and in docs/protocol.md, against the properties.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly string SettingsPage = Text(Path.Combine("docs", "settings.md"));

    [Fact]
    public void Every_setting_stands_in_a_table_once_and_none_besides()
    {
        var limits = Rows(Text(Path.Combine("docs", "protocol.md")), "| setting (`Relay:Limits:…`)");
        var written = Rows(SettingsPage, "| key (under `Relay:`)").Keys.Where(key => key != "Limits:…")
            .Concat(limits.Keys.Select(key => "Limits:" + key));
        Assert.Equal(Settings().Select(setting => setting.Key).Order(), written.Order());
    }

    [Fact]
    public void Defaults_on_the_page_of_settings_are_those_of_the_properties()
    {
        var rows = Rows(SettingsPage, "| key (under `Relay:`)");
        Assert.All(
            Settings().Where(setting => !setting.Key.StartsWith("Limits:", StringComparison.Ordinal)),
            setting =>
            {
                var expected = setting.Key == "Documents:KeepSnapshots" ? Persistence.SnapshotRetention.Default
                    : setting.Value is "" ? null : setting.Value;
                if (expected is not null)
                {
                    Assert.StartsWith($"`{Written(expected)}`", rows[setting.Key], StringComparison.Ordinal);
                }
            });
    }

    [Fact]
    public void Default_limits_in_the_protocol_are_those_of_the_properties()
    {
        var rows = Rows(Text(Path.Combine("docs", "protocol.md")), "| setting (`Relay:Limits:…`)");

        // These depend on the memory.
        string[] relative = ["MaxBufferedBytes", "MaxOpenBytes"];
        Assert.All(
            rows.Where(row => !relative.Contains(row.Key)),
            row =>
            {
                var value = Convert.ToInt64(
                    Settings().Single(setting => setting.Key == "Limits:" + row.Key).Value,
                    CultureInfo.InvariantCulture);
                var written = !row.Key.EndsWith("Bytes", StringComparison.Ordinal)
                    ? value.ToString("N0", CultureInfo.InvariantCulture)
                    : value < 1 << 20 ? $"{value >> 10} KiB" : $"{value >> 20} MiB";
                Assert.Matches($"(^|, ){Regex.Escape(written)}\\b", row.Value);
            });
    }

    private static string Written(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>The settings by key, with their defaults.</summary>
    private static IEnumerable<(string Key, object? Value)> Settings() => Below(new RelaySettings(), "");

    private static IEnumerable<(string Key, object? Value)> Below(object options, string path) =>
        options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).SelectMany(property =>
            property.CanWrite
                ? [(path + property.Name, property.GetValue(options))]
                : Below(property.GetValue(options)!, $"{path}{property.Name}:"));

    /// <summary>The rows of all tables with this heading: each key of the first column, and the default.</summary>
    private static Dictionary<string, string> Rows(string text, string heading)
    {
        var lines = text.Split('\n');
        return Enumerable.Range(0, lines.Length)
            .Where(line => lines[line].StartsWith(heading, StringComparison.Ordinal))
            .SelectMany(line => RowsOf(lines[line..]))
            .ToDictionary();
    }

    private static IEnumerable<(string Key, string Default)> RowsOf(string[] table)
    {
        var column = table[0].Split('|').Select(cell => cell.Trim()).ToList().IndexOf("default");
        return table.Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|'))
            .SelectMany(cells => Keys().Matches(cells[1]).Select(key => (key.Groups[1].Value, cells[column].Trim())));
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(House.Root, file));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Keys();
}
