namespace Relay.Backplane;

/// <summary>The answer to INFO: lines of <c>name:value</c>.</summary>
internal static class RedisInfo
{
    /// <summary>The value of a field; empty if there is none.</summary>
    public static string Value(string info, string field)
    {
        foreach (var line in info.AsSpan().EnumerateLines())
        {
            if (line.Length > field.Length && line[field.Length] == ':'
                && line.StartsWith(field, StringComparison.Ordinal))
            {
                return line[(field.Length + 1)..].ToString();
            }
        }

        return "";
    }
}
