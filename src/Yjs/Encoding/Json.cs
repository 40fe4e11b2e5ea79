using System.Text.Json;

namespace Relay.Yjs;

/// <summary>Says whether bytes are what JavaScript's <c>JSON.parse</c> accepts, without building anything and without recursion.</summary>
internal static class Json
{
    public static bool IsValid(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return System.Text.Unicode.Utf8.IsValid(utf8);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
