using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Relay.Node;

/// <summary>Requests to a node's API with a token in the header.</summary>
internal static class RestClient
{
    public static async Task<HttpResponseMessage> AskAsync(this TestNode node, string method, string path,
        string? token = null, byte[]? body = null, string type = "application/octet-stream")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        // A stream has no end.
        return await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)
            .WaitAsync(TestNode.Patience);
    }

    public static async Task<int> StatusAsync(this TestNode node, string method, string path, string? token = null,
        byte[]? body = null)
    {
        using var answer = await node.AskAsync(method, path, token, body);
        return (int)answer.StatusCode;
    }

    /// <summary>The status, the sentence and the end of the type of a refusal.</summary>
    public static async Task<(int Status, string Sentence, string Type)> RefusedAsync(
        this TestNode node, string method, string path, string? token = null, byte[]? body = null,
            string type = "application/octet-stream")
    {
        using var answer = await node.AskAsync(method, path, token, body, type);
        return await ProblemAnswer.ReadWithTypeAsync(answer);
    }

    /// <summary>Asks for a document's history until the metadata has it: it is written every few seconds.</summary>
    public static async Task<JsonElement> UntilKnownAsync(this TestNode node, string document, string? token = null)
    {
        var end = DateTime.UtcNow + TestNode.Patience;
        while (true)
        {
            using var answer = await node.AskAsync("GET", $"/api/documents/{document}/history", token);
            if (answer.IsSuccessStatusCode)
            {
                return await answer.Content.ReadFromJsonAsync<JsonElement>();
            }

            Assert.True(DateTime.UtcNow < end, $"The document is still not known: {(int)answer.StatusCode}");
        }
    }
}
