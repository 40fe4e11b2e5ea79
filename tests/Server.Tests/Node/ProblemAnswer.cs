using System.Text.Json;

namespace Relay.Node;

/// <summary>Reads a refusal, and checks that it is one as RFC 9457 has it.</summary>
internal static class ProblemAnswer
{
    /// <summary>The status and the sentence.</summary>
    public static async Task<(int Status, string Sentence)> ReadAsync(HttpResponseMessage answer)
    {
        var (status, sentence, _) = await ReadWithTypeAsync(answer);
        return (status, sentence);
    }

    /// <summary>The status, the sentence and the end of the type.</summary>
    public static async Task<(int Status, string Sentence, string Type)> ReadWithTypeAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var root = problem.RootElement;
        Assert.Equal((int)answer.StatusCode, root.GetProperty("status").GetInt32());
        Assert.NotEmpty(root.GetProperty("title").GetString()!);
        var type = root.GetProperty("type").GetString()!;
        return ((int)answer.StatusCode, root.GetProperty("detail").GetString()!, type.Split("#problem-")[^1]);
    }
}
